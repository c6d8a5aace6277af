import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type Joi from 'joi';
import { isFailure, Terminal } from '../../domain/call-outcome.ts';
import { KeysLimited } from '../../providers/webhook/unknown-keys.ts';
import { WebhookRejected } from '../../providers/webhook/webhook-rejected.ts';
import type { Logger } from '../../runtime/logger.ts';
import { auditPresentDenied } from '../../store/accounts/audit.ts';
import { TooManyAtOnce } from '../../store/accounts/log-in-throttle.ts';
import { whence } from '../../store/database/current-actor.ts';
import type { Store } from '../../store/database/open.ts';
import { createLocalLimit } from '../../store/database/request-limits.ts';
import { isDatabaseAway } from '../../store/database/unavailable.ts';
import { logPath } from './log-path.ts';

/** A mistake of the caller, or a "not now": answered as `application/problem+json` (RFC 9457) with a stable code. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[] | undefined;
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;
  constructor(status: number, code: string, detail: string, { errors, retryAfterSeconds }: ProblemDetail = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

type ProblemDetail = { errors?: readonly FieldError[]; retryAfterSeconds?: number };

export type FieldError = { readonly field: string; readonly message: string };

export const notFound = (what: string): Problem => new Problem(404, 'NOT_FOUND', `there is no such ${what}`);

/** How many mistakes an answer names, so that it is not many times as long as the request. */
const mistakesMax = 20;

/** The first mistakes in the input at once, and how many more there are. @throws Problem 400 INVALID_INPUT */
export function valid<T>(schema: Joi.Schema<T>, input: unknown): T {
  const { value, error } = schema
    .required()
    .validate(input, { abortEarly: false, convert: true, stripUnknown: false, errors: { wrap: { label: false } } });
  if (!error) return value;
  const named = error.details.slice(0, mistakesMax);
  const errors = named.map(({ path, message }) => ({ field: path.join('.'), message }));
  const more = error.details.length - named.length;
  const messages = [...errors.map(({ message }) => message), ...(more > 0 ? [`and ${more} more`] : [])];
  throw new Problem(400, 'INVALID_INPUT', messages.join('; '), { errors });
}

export const nothingHere: RequestHandler = (request, _response, next) =>
  next(new Problem(404, 'NO_SUCH_ROUTE', `there is nothing at ${request.method} ${request.path}`));

const send = (response: Response, { status, code, message, errors }: Problem): void => {
  response
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: code,
        status,
        code,
        detail: message,
        ...(errors ? { errors } : {}),
      }),
    );
};

/** Body parser errors carry their own status. */
const bodyCodes: Readonly<Record<number, string>> = {
  400: 'INVALID_BODY',
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

export function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  // To name the check that failed would help a forger more than an honest sender; the log has it.
  if (error instanceof WebhookRejected)
    return new Problem(401, 'WEBHOOK_REFUSED', 'this notification was not accepted');
  // All that a genuine sender needs to know: send it again later.
  if (error instanceof KeysLimited)
    return new Problem(429, 'WEBHOOK_KEYS_LIMITED', 'too many unknown keys were named; send it again later', {
      retryAfterSeconds: Math.ceil(error.retryAfterMs / 1000),
    });
  if (error instanceof Terminal)
    return new Problem(422, error.code, 'the provider refuses this; change it and try again');
  if (error instanceof TooManyAtOnce)
    return new Problem(503, 'LOGIN_BUSY', 'too many log-ins at once; try again in a moment');
  if (isFailure(error)) return new Problem(503, error.code, 'a provider cannot be reached now; try again');
  if (error instanceof URIError) return new Problem(400, 'INVALID_PATH', 'the path cannot be read');
  if (!(error instanceof Error)) return undefined;
  if (isDatabaseAway(error)) return new Problem(503, 'DATABASE_AWAY', 'the database cannot be reached now; try again');
  const status = 'status' in error ? Number(error.status) : 0;
  const known = bodyCodes[status];
  return known ? new Problem(status, known, 'the body cannot be read') : undefined;
}

/** Forbidden requests of one session are written to the audit ten times in ten minutes at most. */
const deniedRule = { points: 10, windowSeconds: 600 };

/** The one place that turns an outcome into HTTP. What a user who is logged in may not do is written to the audit. */
export function problems({ log, store }: { log: Logger; store: Store }): ErrorRequestHandler {
  const auditLimit = createLocalLimit(deniedRule);
  const denied = async (code: string) => {
    const { sessionId } = whence();
    if (sessionId && (await auditLimit.spend(sessionId)) === 0) await auditPresentDenied(store, code);
  };
  return async (error, request, response, next) => {
    if (response.headersSent) return next(error);
    const problem = toProblem(error);
    if (problem?.status === 403) await denied(problem.code).catch(err => log.error({ err }, 'not in the audit'));
    const line = { method: request.method, path: logPath(request.path), err: error };
    if (!problem) log.error(line, 'request failed');
    else if (problem.status >= 500 || error instanceof WebhookRejected) log.warn(line, 'request refused');
    const retryAfter = problem?.retryAfterSeconds ?? (problem?.status === 503 ? 5 : undefined);
    if (retryAfter) response.setHeader('retry-after', `${retryAfter}`);
    send(response, problem ?? new Problem(500, 'INTERNAL_ERROR', 'something broke here; it has been logged'));
  };
}
