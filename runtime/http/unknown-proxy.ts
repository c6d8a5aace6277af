import type { RequestHandler } from 'express';
import type { Logger } from '../logger.ts';

/**
 * Says once that requests come through a proxy which `TRUSTED_PROXIES` does not name: all callers behind it count as one,
 * so that one of them can use up what all of them may do.
 */
export function tellOfUnknownProxy(log: Logger): RequestHandler {
  let isTold = false;
  return (request, _response, next) => {
    const from = request.socket.remoteAddress ?? '';
    const isTrusted = request.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
    if (!isTold && request.headers['x-forwarded-for'] !== undefined && !isTrusted(from, 0)) {
      isTold = true;
      log.warn({ from }, 'a proxy that TRUSTED_PROXIES does not name: all callers behind it count as one');
    }
    next();
  };
}
