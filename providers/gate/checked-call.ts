import type Joi from 'joi';
import {
  type Failure,
  type FailureDetail,
  type FailureKind,
  NotThere,
  PermissionRefused,
  Retryable,
  Terminal,
  Uncertain,
  Unreadable,
} from '../../domain/call-outcome.ts';
import type { Capability } from '../../domain/connection.ts';
import type { Provider } from '../../domain/provider.ts';
import { moneyCallMs, readMs } from '../../runtime/call-times.ts';
import type { Departure } from '../../runtime/send-deadline.ts';
import { parseExactly } from '../wire/exact-json.ts';
import { CallFailed, type HttpAnswer, type HttpRequest, send } from '../wire/http.ts';
import { withoutOurSecrets } from '../wire/own-secrets.ts';
import { familyOf } from './families.ts';
import type { Call, Gate, Health } from './gate-contract.ts';
import type { LimitName } from './rate-limits.ts';

export type { Provider } from '../../domain/provider.ts';
export type { Call, Stakes } from './gate-contract.ts';

/** What every client is made with. */
export type Gated = { gate?: Gate | undefined };

/** A user's token, handed in with every call; `account`: the outside account that it is for. */
export type UserToken = { accessToken: string; account?: string };

/** For which account a call is made, and which limit it counts against. */
type Details = { account?: string | undefined; limit?: LimitName; capability?: Capability };

/** The last argument of every client method. */
export type CallOptions = { signal?: AbortSignal; departure?: Departure };

export const read = { stakes: 'read', timeoutMs: readMs } as const;
export const moneyCall = { stakes: 'money', timeoutMs: moneyCallMs } as const;

/** The calls of one client: reads, and those that must not happen twice. */
export const callsTo = (provider: Provider, gate: Gate | undefined) => ({
  reading: ({ signal }: CallOptions, { account, limit, capability }: Details = {}): Call => ({
    provider,
    ...read,
    gate,
    signal,
    account,
    limit,
    capability,
  }),
  moving: ({ signal, departure }: CallOptions, { account, limit, capability }: Details = {}): Call => ({
    provider,
    ...moneyCall,
    gate,
    signal,
    departure,
    account,
    limit,
    capability,
  }),
});

const classes = { terminal: Terminal, retryable: Retryable, uncertain: Uncertain };

/**
 * A failure under this provider's prefix: `isp.service-unavailable` becomes `ALIEXPRESS_ISP_SERVICE_UNAVAILABLE`. A
 * read moves nothing, so it is never uncertain: it can be repeated.
 */
export function failed(
  call: Call,
  kind: FailureKind,
  code: string,
  message: string,
  detail: FailureDetail = {},
): Failure {
  const Class = classes[kind === 'uncertain' && call.stakes === 'read' ? 'retryable' : kind];
  return failureOf(Class, call, code, message, detail);
}

/** As `failed`, for a failure that has a class of its own. */
export const failureOf = (
  Class: new (code: string, message: string, detail: FailureDetail) => Failure,
  call: Call,
  code: string,
  message: string,
  detail: FailureDetail = {},
): Failure =>
  new Class(stableCode(`${call.provider}_${code}`), message.slice(0, 200), { ...detail, provider: call.provider });

/** A 404 to a read, whatever its code. */
export const notThere = (call: Call, code: string): NotThere =>
  new NotThere(stableCode(`${call.provider}_${code}`), 'HTTP 404', { provider: call.provider });

/** A refusal because a permission is missing, whatever the stakes: nothing was done. */
export const notPermitted = (call: Call, { status, body }: HttpAnswer, code: string): PermissionRefused =>
  new PermissionRefused(stableCode(`${call.provider}_${code}`), `HTTP ${status}`, {
    provider: call.provider,
    capability: call.capability,
    ...(call.secret ? {} : { answer: body }),
  });

const stableCode = (text: string): string =>
  text
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .slice(0, 80);

/**
 * Phase one and two: a request that never left is Retryable, one that was left without an answer is Uncertain.
 * @param healthOf for providers whose answers say by more than the status that they are broken, or throttle us
 */
export async function ask(call: Call, request: HttpRequest, healthOf = healthByStatus): Promise<HttpAnswer> {
  const { name, aside } = familyOf(call.provider, request.url);
  const placed = { ...call, family: call.family ?? name, aside };
  const sendIt = async () => withoutOurSecrets(request, await send(request, call.timeoutMs, call));
  try {
    return await (call.gate ? call.gate.pass(placed, { send: sendIt, healthOf }) : sendIt());
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    if (error.phase === 'never-left') throw failed(call, 'retryable', 'UNREACHABLE', error.message, { cause: error });
    throw failed(call, 'uncertain', 'NO_ANSWER', error.message, { cause: error });
  }
}

/** A provider that is broken, or throttles us, and for how long, if it says. */
export function healthByStatus({ status, headers }: HttpAnswer): Health {
  const { retryAfterMs: waitMs } = waitAsked(headers['retry-after']);
  if (status === 429) return { state: 'throttled', ...(waitMs === undefined ? {} : { waitMs }) };
  if (status < 500) return { state: 'well' };
  return { state: 'ill', ...(status === 503 && waitMs !== undefined ? { waitMs } : {}) };
}

/** Statuses that mean the same at every provider; `undefined` leaves the decision to the provider's own codes. */
export function refusedByStatus(call: Call, answer: HttpAnswer, detail: FailureDetail = {}): Failure | undefined {
  const { status, headers } = answer;
  const wait = waitAsked(headers['retry-after']);
  if (status === 429) return failed(call, 'retryable', 'RATE_LIMITED', 'HTTP 429', { ...detail, ...wait });
  if (status >= 500) return failed(call, 'uncertain', 'SERVER_ERROR', `HTTP ${status}`, detail);
  return undefined;
}

/** The row of a code that came from outside: own properties only, so that `constructor` is no row. */
export const rowOf = <T>(table: Readonly<Record<string, T>>, code: string | undefined): T | undefined =>
  code !== undefined && Object.hasOwn(table, code) ? table[code] : undefined;

export const succeeded = ({ status }: HttpAnswer): boolean => status >= 200 && status < 300;

/** `Retry-After` in seconds or as an HTTP date. */
function waitAsked(header: unknown): { retryAfterMs?: number } {
  const text = String(header ?? '');
  const ms = /^\d{1,6}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? { retryAfterMs: Math.max(0, ms) } : {};
}

/**
 * An answer that cannot be read proves nothing about what happened. A read becomes Unreadable, a money call Uncertain;
 * both keep the answer as evidence.
 * @param answer the text that was sent
 */
export function malformed(call: Call, answer: string, message: string): Failure {
  const detail = call.secret ? {} : { answer };
  if (call.stakes === 'money') return failed(call, 'uncertain', 'MALFORMED_ANSWER', message, detail);
  return failureOf(Unreadable, call, 'MALFORMED_ANSWER', message, detail);
}

/** The same call, of whose answer nothing is kept: it holds tokens. */
export const withSecretAnswer = (call: Call): Call => ({ ...call, secret: true });

/** Reads an answer by its schema. @throws what `malformed` gives */
export function decode<T>(call: Call, schema: Joi.Schema<T>, body: string): T {
  return check(call, schema, parse(call, body), body);
}

export function parse(call: Call, body: string): unknown {
  try {
    return parseExactly(body);
  } catch {
    throw malformed(call, body, 'the answer is not JSON');
  }
}

/** The body, or nothing where it is not JSON. */
export function parseLeniently(body: string): unknown {
  try {
    return parseExactly(body);
  } catch {
    return undefined;
  }
}

/** @param answer the text that `value` was read from */
export function check<T>(call: Call, schema: Joi.Schema<T>, value: unknown, answer: string): T {
  const { value: read, error } = schema.required().validate(value, { errors: { render: false } });
  if (!error) return read;
  // Path and rule only: the value may hold an address or a token.
  const found = error.details.map(({ path, type }) => `${path.join('.')} ${type}`).join(', ');
  throw malformed(call, answer, `the answer does not fit its schema: ${found}`);
}

/** The body of a refusal, which need not be JSON at all: a proxy answers in HTML. */
export function refusalBody<T>(schema: Joi.Schema<T>, { body }: HttpAnswer): T | undefined {
  const parsed = parseLeniently(body);
  if (parsed === undefined) return undefined;
  const { value, error } = schema.validate(parsed);
  return error ? undefined : value;
}
