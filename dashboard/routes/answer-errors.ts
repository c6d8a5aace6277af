import type { ErrorRequestHandler, RequestHandler } from 'express';
import { TooManyAtOnce } from '../../store/accounts/log-in-throttle.ts';
import { isDatabaseAway } from '../../store/database/unavailable.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from '../middleware/refusal.ts';
import { maybeOperator } from '../middleware/session.ts';
import { errorPage } from '../pages/error.ts';

export const nothingHere: RequestHandler = (_request, _response, next) =>
  next(new Refusal(404, 'There is nothing at this address.'));

function toRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (!(error instanceof Error)) return undefined;
  if (error instanceof TooManyAtOnce) return new Refusal(503, 'Too many log-ins at once. Try again in a moment.');
  if (isDatabaseAway(error)) return new Refusal(503, 'The database cannot be reached now. Try again in a moment.');
  // Express and its parsers set a status when the request itself is broken: a bad escape in the address, a body too
  // large.
  const status = 'status' in error ? Number(error.status) : 0;
  return status >= 400 && status < 500 ? new Refusal(status, 'This request cannot be read.') : undefined;
}

/** The one place that turns a failure into HTTP: a page for people, JSON for the board. */
export function answerErrors(deps: Deps): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) return next(error);
    const refusal = toRefusal(error);
    if (!refusal) deps.log.error({ method: request.method, path: request.path, err: error }, 'request failed');
    const { status, message } = refusal ?? new Refusal(500, 'Something broke here. It has been logged.');
    response.status(status);
    if (request.originalUrl.startsWith('/queues/api')) response.json({ error: message, message });
    else response.type('html').send(errorPage({ deps, operator: maybeOperator(response) }, status, message));
  };
}
