import type { CookieOptions, Request, RequestHandler, Response } from 'express';
import type { UserId } from '../../domain/ids.ts';
import { cookieOf } from '../../runtime/http/cookie-of.ts';
import { sourceAddress } from '../../runtime/http/source-address.ts';
import { openDoor } from '../../store/accounts/authentication.ts';
import { type Checked, endSession } from '../../store/accounts/sessions.ts';
import { actingAs } from '../../store/database/current-actor.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from './refusal.ts';

/** An admin who is logged in. */
export type Operator = { readonly userId: UserId; readonly email: string; readonly sessionId: string };

export type Sessions = {
  /** False when the password was changed after it was checked. */
  start(request: Request, response: Response, checked: Checked): Promise<boolean>;
  /** Ends the session itself, so that a copy of the cookie is useless. */
  end(response: Response): Promise<void>;
  /** Identifies the operator, for the page and for the audit; a request without a valid cookie stays anonymous. */
  readonly read: RequestHandler;
};

export function createSessions({ config, store }: Pick<Deps, 'config' | 'store'>): Sessions {
  const door = openDoor(store, config.jwtSecret, 'dashboard');
  const secure = config.nodeEnv === 'production';
  // `__Host-`: the browser accepts the cookie from this host only, and only over TLS.
  const cookieName = secure ? '__Host-dashboard' : 'dashboard';
  const cookie: CookieOptions = { httpOnly: true, sameSite: 'strict', secure, path: '/' };

  return {
    async start(request, response, checked) {
      const place = { source: sourceAddress(request.ip), agent: request.get('user-agent') ?? '' };
      const token = await door.enter(checked, place);
      if (!token) return false;
      response.cookie(cookieName, token, { ...cookie, maxAge: door.seconds * 1000 });
      return true;
    },

    async end(response) {
      const operator = maybeOperator(response);
      if (operator) await store.transaction(em => endSession(em, operator.sessionId, operator.userId));
      response.clearCookie(cookieName, cookie);
    },

    read: async (request, response, next) => {
      const token = cookieOf(request, cookieName);
      const session = token === undefined ? undefined : await door.session(token, !isAskedByItself(request));
      if (session?.role !== 'admin') return next();
      const { userId, email, sessionId } = session;
      response.locals.operator = { userId, email, sessionId } satisfies Operator;
      const acting = { operator: email, action: `${request.method} ${request.path}`, target: {} };
      actingAs({ ...acting, source: sourceAddress(request.ip), sessionId }, next);
    },
  };
}

/** The board polls every five seconds, whether or not an operator looks at it: a poll must not keep a session alive. */
const isAskedByItself = ({ method, path }: Request): boolean => method === 'GET' && path.startsWith('/queues/api');

export const maybeOperator = (response: Response): Operator | undefined => response.locals.operator;

/** @throws Refusal 401 */
export function operatorOf(response: Response): Operator {
  const operator = maybeOperator(response);
  if (!operator) throw new Refusal(401, 'Log in first.');
  return operator;
}

/** A page requested without a session redirects to the log-in and back; anything else is refused. */
export const operatorsOnly: RequestHandler = (request, response, next) => {
  if (maybeOperator(response)) return next();
  if (request.method !== 'GET' || request.path.startsWith('/queues/api')) throw new Refusal(401, 'Log in first.');
  response.redirect(303, `/login?next=${encodeURIComponent(request.originalUrl)}`);
};
