import Joi from 'joi';
import type { Failure, FailureKind } from '../../domain/outcome.ts';
import { type Call, failed, refusalBody, refusedByStatus, rowOf, succeeded } from '../call.ts';
import { idText, open } from '../fields.ts';
import type { HttpAnswer } from '../http.ts';

/** `error_details.sub_code`. Few are known: the list is for partners. */
export const subCodes: Record<string, FailureKind> = {
  // Payout not found. It is created asynchronously, so it may be found later.
  2306: 'retryable',
  10005: 'terminal', // payee not found
  10009: 'terminal', // payee inactive
};

/** `error`, where the sub code says nothing that we know. */
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

/** Where Payoneer says nothing that we know. Whatever a 401 refuses has not begun. */
const statuses: Record<string, FailureKind> = { 401: 'terminal' };

/** A read that is malformed once is malformed always. */
const kindsOfReads: Record<string, FailureKind> = { 'Bad Request': 'terminal' };

const notFound = '2306';

type Details = { code?: string | null; sub_code?: string | null; errors?: { target?: string | null }[] | null };
type ErrorBody = { error?: unknown; error_details?: Details | null };

const optionalId = idText.allow('', null);
const errorBody = open<ErrorBody>({
  error: Joi.any(),
  error_details: open<Details>({
    code: optionalId,
    sub_code: optionalId,
    errors: Joi.array()
      .items(open({ target: Joi.string().allow('', null) }))
      .allow(null),
  }).allow(null),
});

const verdict = open<{ error?: unknown; status?: unknown }>({ error: Joi.any(), status: Joi.any() });

/** Some refusals come with status 200: an `error` beside or instead of the result, or the status "Failure". */
export function isAccepted(answer: HttpAnswer): boolean {
  const { error, status } = refusalBody(verdict, answer) ?? {};
  return succeeded(answer) && !error && !/^failure$/i.test(String(status));
}

/** The failure that a refusal stands for: the status first, then the sub code, then the error's name. */
export function refused(call: Call, answer: HttpAnswer): Failure {
  const byStatus = refusedByStatus(call, answer);
  if (byStatus) return byStatus;

  const { error, error_details: details } = refusalBody(errorBody, answer) ?? {};
  const subCode = details?.sub_code || undefined;
  const nameless = succeeded(answer) ? 'Failure' : `HTTP_${answer.status}`;
  const name = typeof error === 'string' && error !== '' ? error : nameless;
  const onRead = call.stakes === 'read' ? rowOf(kindsOfReads, name) : undefined;
  const kind = rowOf(subCodes, subCode) ?? onRead ?? rowOf(errors, name) ?? rowOf(statuses, `${answer.status}`);
  return failed(call, kind ?? 'uncertain', subCode ?? name, messageOf(answer, name, details ?? {}));
}

/** Names of fields only: what was in them may be a payee's own. */
function messageOf({ status }: HttpAnswer, name: string, { code, sub_code, errors: found }: Details): string {
  const numbers = [code, sub_code].filter(Boolean).join('/');
  const targets = found?.flatMap(({ target }) => (target && /^[\w.[\]]{1,60}$/.test(target) ? [target] : [])) ?? [];
  return `HTTP ${status} ${name}${numbers && ` ${numbers}`}${targets.length > 0 ? ` (${targets.join(', ')})` : ''}`;
}

/** Payoneer itself says that it does not know the payout; a 404 from anything in between proves nothing. */
export const isMissing = (answer: HttpAnswer): boolean =>
  answer.status === 404 && refusalBody(errorBody, answer)?.error_details?.sub_code === notFound;
