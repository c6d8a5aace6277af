import type { CookieOptions, Request, RequestHandler, Response } from 'express';
import { jwtVerify, SignJWT } from 'jose';
import type { UserId } from '../domain/ids.ts';
import { findUser } from '../store/users.ts';
import type { Deps } from './deps.ts';
import { Refusal } from './refusal.ts';

/** An admin who is logged in. */
export type Operator = { readonly userId: UserId; readonly email: string };

const issuer = 'orders';
/** Of its own: a token of the API opens nothing here. */
const audience = 'dashboard';
const sessionSeconds = 8 * 3600;

export type Sessions = {
  start(response: Response, userId: UserId): Promise<void>;
  end(response: Response): void;
  /** Finds out who asks; a request without a valid cookie stays anonymous. */
  readonly read: RequestHandler;
};

export function createSessions({ config, store }: Pick<Deps, 'config' | 'store'>): Sessions {
  const key = new TextEncoder().encode(config.jwtSecret);
  const secure = config.nodeEnv === 'production';
  // `__Host-`: the browser takes it from this very host only, and only over TLS.
  const cookieName = secure ? '__Host-dashboard' : 'dashboard';
  const cookie: CookieOptions = { httpOnly: true, sameSite: 'strict', secure, path: '/' };

  const userOf = async (token: string): Promise<UserId | undefined> => {
    const rules = { algorithms: ['HS256'], issuer, audience, requiredClaims: ['exp', 'sub'] };
    // Expired, forged or somebody else's: all the same as not logged in.
    const verified = await jwtVerify(token, key, rules).catch(() => undefined);
    return verified?.payload.sub as UserId | undefined;
  };

  return {
    async start(response, userId) {
      const token = await new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${sessionSeconds}s`)
        .sign(key);
      response.cookie(cookieName, token, { ...cookie, maxAge: sessionSeconds * 1000 });
    },

    end(response) {
      response.clearCookie(cookieName, cookie);
    },

    read: async (request, response, next) => {
      const token = cookieOf(request, cookieName);
      const userId = token && (await userOf(token));
      // Asked every time: who is no longer an admin is out at once.
      const user = userId ? await store.read(em => findUser(em, userId)) : null;
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
