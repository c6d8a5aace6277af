import Joi from 'joi';
import type { Failure, FailureKind } from '../../domain/call-outcome.ts';
import { type Call, failed, refusalBody, refusedByStatus, rowOf, succeeded } from '../gate/checked-call.ts';
import { neverCertainStatus, speaksOfDoubt } from '../wire/ambiguous-refusal.ts';
import { harmless, idText, maybe, open } from '../wire/fields.ts';
import type { HttpAnswer } from '../wire/http.ts';

/** `error_details.sub_code`. Few are known: the list is for partners. */
export const subCodes: Record<string, FailureKind> = {
  // Payout not found. It is created asynchronously, so it may be found later.
  2306: 'retryable',
  10005: 'terminal', // payee not found
  10009: 'terminal', // payee inactive
};

/** `error`, where neither the sub code nor the fields that it names say more. */
export const errors: Record<string, FailureKind> = {
  // How a reference that was used before is answered is not documented: this refusal may say that the payout exists.
  'Bad Request': 'uncertain',
  Unauthorized: 'terminal',
  Forbidden: 'terminal',
  invalid_client: 'terminal',
  invalid_grant: 'terminal',
  invalid_scope: 'terminal',
  invalid_token: 'terminal',
  unauthorized_client: 'terminal',
  unsupported_grant_type: 'terminal',
};

/** For refusals without a code that we know. A call that is refused with 401 has not begun. */
const statuses: Record<string, FailureKind> = { 401: 'terminal' };

/** A malformed read stays malformed. */
const kindsOfReads: Record<string, FailureKind> = { 'Bad Request': 'terminal' };

const notFound = '2306';

type FieldError = { target?: string; message?: string };
type Details = { code?: string; sub_code?: string; errors?: FieldError[] };
type ErrorBody = { error?: string; error_description?: string; error_details?: Details };

/** A refusal must be readable as a whole: one unreadable detail may be about the reference. */
const text = maybe(Joi.string());
const errorBody = open<ErrorBody>({
  error: text,
  error_description: text,
  error_details: maybe(
    open<Details>({
      code: harmless(idText),
      sub_code: maybe(idText),
      errors: maybe(Joi.array().items(open<FieldError>({ target: text, message: text }))),
    }),
  ),
});

const verdict = open<{ error?: unknown; status?: unknown }>({ error: Joi.any(), status: Joi.any() });

/** Some refusals come with status 200: an `error` beside or instead of the result, or the status "Failure". */
export function isAccepted(answer: HttpAnswer): boolean {
  const { error, status } = refusalBody(verdict, answer) ?? {};
  return succeeded(answer) && !error && !/^failure$/i.test(String(status));
}

/** The failure that a refusal stands for: the status first, then the sub code, then the structure and the error's name. */
export function refused(call: Call, answer: HttpAnswer): Failure {
  const byStatus = refusedByStatus(call, answer);
  if (byStatus) return byStatus;

  const body = refusalBody(errorBody, answer) ?? {};
  const { error_details: details = {} } = body;
  const subCode = details.sub_code;
  const nameless = succeeded(answer) ? 'Failure' : `HTTP_${answer.status}`;
  const name = body.error ?? nameless;
  const onRead = call.stakes === 'read' ? rowOf(kindsOfReads, name) : undefined;
  const known = rowOf(subCodes, subCode) ?? onRead ?? byStructure(answer, body) ?? rowOf(errors, name);
  const kind = neverCertainStatus(answer.status) ? 'uncertain' : (known ?? rowOf(statuses, `${answer.status}`));
  return failed(call, kind ?? 'uncertain', subCode ?? name, messageOf(answer, name, details));
}

/** Not let in, or no such path: Payoneer has not looked at the request. */
const notLetIn: readonly number[] = [401, 403, 404, 405, 415];

/**
 * What Payoneer's own error document proves without a code that we know. One that names the fields at fault, and not
 * the reference among them, has created nothing. No other 400 is certain: the answer to a reference that was used
 * before is not documented.
 */
function byStructure({ status }: HttpAnswer, { error, error_description, error_details }: ErrorBody) {
  if (status < 400 || !error || !error_details) return undefined;
  const { errors: found = [] } = error_details;
  const named = found.length > 0 && found.every(({ target }) => target && !/reference/i.test(target));
  const words = [error, error_description, ...found.map(({ message }) => message)];
  if (words.some(word => word && speaksOfDoubt(word))) return undefined;
  return named || notLetIn.includes(status) ? ('terminal' as const) : undefined;
}

/** Names of fields only: their contents may be a payee's data. */
function messageOf({ status }: HttpAnswer, name: string, { code, sub_code, errors: found = [] }: Details): string {
  const numbers = [code, sub_code].filter(Boolean).join('/');
  const targets = found.flatMap(({ target }) => (target && /^[\w.[\]]{1,60}$/.test(target) ? [target] : []));
  return `HTTP ${status} ${name}${numbers && ` ${numbers}`}${targets.length > 0 ? ` (${targets.join(', ')})` : ''}`;
}

/** Payoneer itself says that it does not know the payout; a 404 from anything in between proves nothing. */
export const isMissing = (answer: HttpAnswer): boolean =>
  answer.status === 404 && refusalBody(errorBody, answer)?.error_details?.sub_code === notFound;
