import type { CookieOptions, Request, RequestHandler, Response } from 'express';
import type { UserId } from '../../domain/ids.ts';
import type { Config } from '../../runtime/config.ts';
import { cookieOf } from '../../runtime/http/cookie-of.ts';
import { sourceAddress } from '../../runtime/http/source-address.ts';
import { openDoor, type Session } from '../../store/accounts/authentication.ts';
import type { Checked, LogInPlace } from '../../store/accounts/sessions.ts';
import { actingAs } from '../../store/database/current-actor.ts';
import type { Store } from '../../store/database/open.ts';
import { logPath } from './log-path.ts';
import { Problem } from './problem.ts';

export type { Session } from '../../store/accounts/authentication.ts';

export type Sessions = {
  /** Begins a session. @returns its token; undefined when the password was changed since it was checked */
  begin(checked: Checked, place: LogInPlace): Promise<string | undefined>;
  /** The session of the request's bearer token or cookie, as long as it is valid. */
  of(request: Request): Promise<Session | undefined>;
  /** Finds out who sent the request, for the audit too; a request without token and cookie stays anonymous. */
  readonly read: RequestHandler;
  readonly cookie: { readonly name: string; readonly options: CookieOptions; readonly seconds: number };
};

export function createSessions(config: Pick<Config, 'jwtSecret' | 'nodeEnv'>, store: Store): Sessions {
  const door = openDoor(store, config.jwtSecret, 'api');
  const secure = config.nodeEnv === 'production';
  // `__Host-`: the browser takes it from this very host only, and only over TLS. `lax`: it has to come along when a
  // provider sends the browser back here.
  const name = secure ? '__Host-session' : 'session';
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const;
  const shown = (request: Request): string | undefined => bearerOf(request) ?? cookieOf(request, name);

  const of = async (request: Request): Promise<Session | undefined> => {
    const token = shown(request);
    return token === undefined ? undefined : door.session(token);
  };

  return {
    cookie: { name, options, seconds: door.seconds },
    begin: door.enter,
    of,
    read: async (request, response, next) => {
      if (shown(request) === undefined) return next();
      const session = await of(request);
      if (!session) throw new Problem(401, 'SESSION_INVALID', 'log in again');
      response.locals.session = session;
      actingAs({ ...actionOf(request, session), ...whenceOf(request, session) }, next);
    },
  };
}

const actionOf = ({ method, originalUrl }: Request, { email }: Session) => ({
  operator: email,
  action: `${method} ${logPath(originalUrl)}`,
  target: {},
});

const whenceOf = ({ ip }: Request, { sessionId }: Pick<Session, 'sessionId'>) => ({
  source: sourceAddress(ip),
  sessionId,
});

/** Where a log-in comes from. */
export const placeOf = (request: Request): LogInPlace => ({
  source: sourceAddress(request.ip),
  agent: request.get('user-agent') ?? '',
});

export const bearerOf = (request: Request): string | undefined =>
  /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];

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
