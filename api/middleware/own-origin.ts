import type { RequestHandler } from 'express';
import { Problem } from './problem.ts';
import { bearerOf, type Sessions } from './session.ts';

const changesNothing = new Set(['GET', 'HEAD', 'OPTIONS']);
const ownSites = new Set(['same-origin', 'none']);

/**
 * A browser's request with our cookie is refused unless it comes from a page of ours: `SameSite` lets neighbouring
 * hosts send requests without a body. Browsers say where a request comes from (Fetch Metadata); older ones name the
 * origin.
 */
export const ownOriginOnly =
  ({ cookie }: Pick<Sessions, 'cookie'>, publicUrl: string): RequestHandler =>
  (request, _response, next) => {
    const { origin } = request.headers;
    const site = request.get('sec-fetch-site');
    const isOwn = site ? ownSites.has(site) : origin === undefined || origin === new URL(publicUrl).origin;
    const byCookie = bearerOf(request) === undefined && request.headers.cookie?.includes(`${cookie.name}=`);
    if (changesNothing.has(request.method) || isOwn || !byCookie) return next();
    throw new Problem(403, 'FOREIGN_ORIGIN', 'this request came from a page of another site');
  };
