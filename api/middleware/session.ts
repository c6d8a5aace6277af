import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { jwtVerify, SignJWT } from 'jose';
import type { UserId } from '../../domain/ids.ts';
import type { Role } from '../../store/entities/people.ts';
import type { Store } from '../../store/open.ts';
import { revokeSession, standingRole } from '../../store/sessions.ts';
import { cookieOf } from './browser.ts';
import { Problem } from './problem.ts';

/** Who is asking. */
export type Session = { readonly userId: UserId; readonly role: Role };

export const cookieName = 'session';
const issuer = 'orders';
const audience = 'api';
export const sessionSeconds = 12 * 3600;

export type Sessions = {
  issue(session: Session): Promise<string>;
  /** Reads bearer or cookie; a request without either stays anonymous. */
  readonly read: RequestHandler;
  /** Whoever holds a copy of the request's token is logged out with it. What is worth nothing anyway is passed over. */
  end(request: Request): Promise<void>;
};

export function createSessions(jwtSecret: string, store: Store): Sessions {
  const key = new TextEncoder().encode(jwtSecret);

  /** Asked every time: a session that was ended, or whose user is no more what it says, is over at once. */
  const standing = async (token: string): Promise<Session> => {
    const { sessionId, userId, role } = await verified(token, key);
    const roleNow = await store.read(em => standingRole(em, sessionId, userId));
    if (roleNow !== role) throw invalid();
    return { userId, role };
  };

  return {
    issue: ({ userId, role }) =>
      new SignJWT({ role })
        .setProtectedHeader({ alg: 'HS256' })
        .setJti(randomUUID())
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${sessionSeconds}s`)
        .sign(key),

    read: async (request, response, next) => {
      const token = bearer(request) ?? cookie(request);
      if (token) response.locals.session = await standing(token);
      next();
    },

    async end(request) {
      for (const token of [bearer(request), cookie(request)]) {
        const claims = token && (await verified(token, key).catch(orNothing));
        if (claims) await store.transaction(em => revokeSession(em, claims.sessionId, claims.expiresAt));
      }
    },
  };
}

const bearer = (request: Request): string | undefined =>
  /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];

const cookie = (request: Request): string | undefined => cookieOf(request, cookieName);

type Claims = Session & { readonly sessionId: string; readonly expiresAt: Date };

const invalid = (): Problem => new Problem(401, 'SESSION_INVALID', 'log in again');

function orNothing(error: unknown): undefined {
  if (error instanceof Problem) return undefined;
  throw error;
}

async function verified(token: string, key: Uint8Array): Promise<Claims> {
  const rules = { algorithms: ['HS256'], issuer, audience, requiredClaims: ['exp', 'sub', 'jti'] };
  const { payload } = await jwtVerify(token, key, rules).catch(() => {
    throw invalid();
  });
  const { sub, jti, exp, role } = payload;
  if (!sub || !jti || !exp || (role !== 'admin' && role !== 'reseller')) throw invalid();
  return { userId: sub as UserId, role, sessionId: jti, expiresAt: new Date(exp * 1000) };
}

/** The session, where there is one. */
export const maybeSession = (response: Response): Session | undefined => response.locals.session;

/** @throws Problem 401 */
export function sessionOf(response: Response): Session {
  const session = maybeSession(response);
  if (!session) throw new Problem(401, 'LOGIN_NEEDED', 'log in first');
  return session;
}

/** @throws Problem 401, 403 */
export function adminOf(response: Response): Session {
  const session = sessionOf(response);
  if (session.role !== 'admin') throw new Problem(403, 'ADMINS_ONLY', 'only an admin may do this');
  return session;
}

/** In front of everything that only an admin may do. */
export const adminsOnly: RequestHandler = (_request, response, next) => {
  adminOf(response);
  next();
};

/** Whose rows a session may see: an admin all of them (null), everybody else their own. */
export const scopeOf = ({ role, userId }: Session): UserId | null => (role === 'admin' ? null : userId);
