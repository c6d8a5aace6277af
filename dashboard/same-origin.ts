import type { Request, RequestHandler } from 'express';
import { auditDenied } from './audit.ts';
import type { Deps } from './deps.ts';
import { Refusal } from './refusal.ts';
import { maybeOperator } from './session.ts';

const changesNothing = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The host of the page that sent the request, as the browser vouches for it. */
function senderOf(request: Request): string | undefined {
  const from = request.headers.origin ?? request.headers.referer;
  return from && URL.canParse(from) ? new URL(from).host : undefined;
}

/**
 * Whatever may change something comes from a page of ours, or is refused: a browser adds the cookie to forms and
 * scripts of other sites too when `SameSite` is not known to it, and Bull Board itself asks nothing.
 */
export const sameOriginOnly =
  (deps: Pick<Deps, 'store' | 'log'>): RequestHandler =>
  async (request, response, next) => {
    if (changesNothing.has(request.method) || senderOf(request) === request.headers.host) return next();
    const operator = maybeOperator(response);
    const { method, path } = request;
    if (operator)
      await auditDenied(deps, { operator: operator.email, action: `${method} ${path}`, target: {} }, 'foreign origin');
    throw new Refusal(403, 'This request did not come from a page of this dashboard.');
  };
