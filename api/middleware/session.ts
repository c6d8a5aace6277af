import type { Request, RequestHandler, Response } from 'express';
import { jwtVerify, SignJWT } from 'jose';
import type { UserId } from '../../domain/ids.ts';
import type { Role } from '../../store/entities/people.ts';
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
};

export function createSessions(jwtSecret: string): Sessions {
  const key = new TextEncoder().encode(jwtSecret);
  return {
    issue: ({ userId, role }) =>
      new SignJWT({ role })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${sessionSeconds}s`)
        .sign(key),

    read: async (request, response, next) => {
      const token = bearer(request) ?? cookie(request);
      if (token) response.locals.session = await verified(token, key);
      next();
    },
  };
}

const bearer = (request: Request): string | undefined =>
  /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];

const cookie = (request: Request): string | undefined =>
  request.headers.cookie
    ?.split(';')
    .map(part => part.trim())
    .find(part => part.startsWith(`${cookieName}=`))
    ?.slice(cookieName.length + 1);

async function verified(token: string, key: Uint8Array): Promise<Session> {
  const rules = { algorithms: ['HS256'], issuer, audience, requiredClaims: ['exp', 'sub'] };
  const { payload } = await jwtVerify(token, key, rules).catch(() => {
    throw new Problem(401, 'SESSION_INVALID', 'log in again');
  });
  const { sub, role } = payload;
  if (!sub || (role !== 'admin' && role !== 'reseller')) throw new Problem(401, 'SESSION_INVALID', 'log in again');
  return { userId: sub as UserId, role };
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

/** Whose rows a session may see: an admin all of them (null), everybody else their own. */
export const scopeOf = ({ role, userId }: Session): UserId | null => (role === 'admin' ? null : userId);
