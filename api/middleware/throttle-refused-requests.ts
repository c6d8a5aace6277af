import type { ErrorRequestHandler } from 'express';
import type { Logger } from '../../runtime/logger.ts';
import type { Limit } from '../../store/database/request-limits.ts';
import { sourceOf, tooMany } from './limits.ts';

export type Refusals = { limit: Limit; log: Logger; isRefusal(error: unknown): boolean };

/**
 * Counts refused requests per address. A genuine request is never held up: requests are checked first, and only refused
 * ones are answered with "wait".
 */
export const countRefusals =
  ({ limit, log, isRefusal }: Refusals): ErrorRequestHandler =>
  async (error, request, _response, next) => {
    if (!isRefusal(error)) return next(error);
    const waitMs = await limit.spend(sourceOf(request)).catch((failure: unknown) => {
      log.warn({ err: failure }, 'refusals cannot be counted now');
      return 0;
    });
    // Not the error: a parser's carries the body.
    if (waitMs > 0) log.warn({ source: sourceOf(request), reason: error.code ?? error.type }, 'too many refused');
    next(waitMs > 0 ? tooMany('TOO_MANY_REFUSED', waitMs) : error);
  };
