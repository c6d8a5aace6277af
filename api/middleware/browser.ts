import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { cookieOf } from '../../runtime/http/cookie-of.ts';
import { Problem } from './problem.ts';

const cookieName = 'connecting';
const shape = /^[\w-]{43}$/;

/** This browser's name, if we have ever sent it to a consent page. */
export function browserOf(request: Request): string | undefined {
  const value = cookieOf(request, cookieName);
  return value && shape.test(value) ? value : undefined;
}

/** Gives the browser a name by which we know it when it comes back; two tabs of one browser share it. */
export function markBrowser(
  request: Request,
  response: Response,
  options: { secure: boolean; maxAgeMs: number },
): string {
  const browser = browserOf(request) ?? randomBytes(32).toString('base64url');
  const { secure, maxAgeMs: maxAge } = options;
  // `lax`: it has to come along when the provider sends the browser back here.
  response.cookie(cookieName, browser, { httpOnly: true, sameSite: 'lax', secure, path: '/api/connections', maxAge });
  return browser;
}

/** Another site may link here, but not start anything in a user's name. Browsers say where a request comes from. */
export const notFromElsewhere: RequestHandler = (request, _response, next) => {
  if (request.get('sec-fetch-site') === 'cross-site')
    throw new Problem(
      403,
      'STARTED_ELSEWHERE',
      'start connecting an account from your own page, not from another site',
    );
  next();
};

export const wantsPage = (request: Request): boolean => request.accepts(['json', 'html']) === 'html';
