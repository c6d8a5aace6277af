import { randomUUID } from 'node:crypto';
import type { CookieOptions, Request, RequestHandler, Response } from 'express';
import { jwtVerify, SignJWT } from 'jose';
import type { UserId } from '../domain/ids.ts';
import { revokeSession, standingRole } from '../store/sessions.ts';
import { findUser } from '../store/users.ts';
import type { Deps } from './deps.ts';
import { Refusal } from './refusal.ts';

/** An admin who is logged in. */
export type Operator = { readonly userId: UserId; readonly email: string };

type Claims = { readonly userId: UserId; readonly sessionId: string; readonly expiresAt: Date };

const issuer = 'orders';
/** Of its own: a token of the API opens nothing here. */
const audience = 'dashboard';
const sessionSeconds = 8 * 3600;

export type Sessions = {
  start(response: Response, userId: UserId): Promise<void>;
  /** Whoever holds a copy of the cookie is logged out with it. */
  end(request: Request, response: Response): Promise<void>;
  /** Finds out who asks; a request without a valid cookie stays anonymous. */
  readonly read: RequestHandler;
};

export function createSessions({ config, store }: Pick<Deps, 'config' | 'store'>): Sessions {
  const key = new TextEncoder().encode(config.jwtSecret);
  const secure = config.nodeEnv === 'production';
  // `__Host-`: the browser takes it from this very host only, and only over TLS.
  const cookieName = secure ? '__Host-dashboard' : 'dashboard';
  const cookie: CookieOptions = { httpOnly: true, sameSite: 'strict', secure, path: '/' };

  const claimsOf = async (request: Request): Promise<Claims | undefined> => {
    const token = cookieOf(request, cookieName);
    const rules = { algorithms: ['HS256'], issuer, audience, requiredClaims: ['exp', 'sub', 'jti'] };
    // Expired, forged or somebody else's: all the same as not logged in.
    const verified = token && (await jwtVerify(token, key, rules).catch(() => undefined));
    const { sub, jti, exp } = verified ? verified.payload : {};
    return sub && jti && exp ? { userId: sub as UserId, sessionId: jti, expiresAt: new Date(exp * 1000) } : undefined;
  };

  return {
    async start(response, userId) {
      const token = await new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setJti(randomUUID())
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${sessionSeconds}s`)
        .sign(key);
      response.cookie(cookieName, token, { ...cookie, maxAge: sessionSeconds * 1000 });
    },

    async end(request, response) {
      const claims = await claimsOf(request);
      if (claims) await store.transaction(em => revokeSession(em, claims.sessionId, claims.expiresAt));
      response.clearCookie(cookieName, cookie);
    },

    read: async (request, response, next) => {
      const claims = await claimsOf(request);
      // Asked every time: who has logged out, or is no longer an admin, is out at once.
      const role = claims && (await store.read(em => standingRole(em, claims.sessionId, claims.userId)));
      const user = claims && role === 'admin' ? await store.read(em => findUser(em, claims.userId)) : null;
      if (user?.role === 'admin') response.locals.operator = { userId: user.id, email: user.email } satisfies Operator;
      next();
    },
  };
}

const cookieOf = (request: Request, name: string): string | undefined =>
  request.headers.cookie
    ?.split(';')
    .map(part => part.trim())
    .find(part => part.startsWith(`${name}=`))
    ?.slice(name.length + 1);

export const maybeOperator = (response: Response): Operator | undefined => response.locals.operator;

/** @throws Refusal 401 */
export function operatorOf(response: Response): Operator {
  const operator = maybeOperator(response);
  if (!operator) throw new Refusal(401, 'Log in first.');
  return operator;
}

/** A page asked for without a session leads to the log-in and back; anything else is refused. */
export const operatorsOnly: RequestHandler = (request, response, next) => {
  if (maybeOperator(response)) return next();
  if (request.method !== 'GET' || request.path.startsWith('/queues/api')) throw new Refusal(401, 'Log in first.');
  response.redirect(303, `/login?next=${encodeURIComponent(request.originalUrl)}`);
};
