import type { RequestHandler } from 'express';
import type { Logger } from '../logger.ts';

/**
 * Logs once that requests come through a proxy which `TRUSTED_PROXIES` does not name: all callers behind it count as
 * one, so that one of them can use up what all of them may do.
 */
export function logUnknownProxy(log: Logger): RequestHandler {
  let isLogged = false;
  return (request, _response, next) => {
    const from = request.socket.remoteAddress ?? '';
    const isTrusted = request.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
    if (!isLogged && request.headers['x-forwarded-for'] !== undefined && !isTrusted(from, 0)) {
      isLogged = true;
      log.warn({ from }, 'a proxy that TRUSTED_PROXIES does not name: all callers behind it count as one');
    }
    next();
  };
}
