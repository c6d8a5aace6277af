import type { ErrorRequestHandler } from 'express';
import type { Logger } from '../../runtime/logger.ts';
import type { Limit } from '../../store/database/request-limits.ts';
import { sourceOf, tooMany } from './limits.ts';

export type Refusals = { limit: Limit; log: Logger; isRefusal(error: unknown): boolean };

/**
 * Counts what was refused, per address. The genuine is never held up by it: it is checked first, and only who was
 * refused is told to wait.
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
