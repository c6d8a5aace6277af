import type { Request, RequestHandler } from 'express';
import type { Config } from '../../runtime/config.ts';
import type { Deps } from '../deps.ts';
import { auditDenied } from './audit.ts';
import { Refusal } from './refusal.ts';
import { maybeOperator } from './session.ts';

const changesNothing = new Set(['GET', 'HEAD', 'OPTIONS']);

const thisMachine = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether the page that sent the request is ours, by the browser's word: the same host, and TLS where we use it. A
 * proxy that ends TLS may not tell us, so in production only pages of the local machine may use plain HTTP.
 */
function isFromHere(request: Request, nodeEnv: Config['nodeEnv']): boolean {
  const from = URL.parse(request.headers.origin ?? request.headers.referer ?? '');
  if (!from || from.host !== request.headers.host) return false;
  if (from.protocol === 'https:') return true;
  return from.protocol === 'http:' && !request.secure && (nodeEnv !== 'production' || thisMachine.test(from.hostname));
}

/**
 * Any request that may change something must come from a page of ours. A browser that does not know `SameSite` adds the
 * cookie to requests of other sites too, and Bull Board itself does not check.
 */
export const sameOriginOnly =
  (deps: Pick<Deps, 'store' | 'log' | 'config'>): RequestHandler =>
  async (request, response, next) => {
    if (changesNothing.has(request.method) || isFromHere(request, deps.config.nodeEnv)) return next();
    const operator = maybeOperator(response);
    const { method, path } = request;
    if (operator)
      await auditDenied(deps, { operator: operator.email, action: `${method} ${path}`, target: {} }, 'foreign origin');
    throw new Refusal(403, 'This request did not come from a page of this dashboard.');
  };
