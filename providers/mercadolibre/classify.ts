import Joi from 'joi';
import { type Failure, type FailureKind, TokenRefused } from '../../domain/outcome.ts';
import { type Call, failed, refusalBody, refusedByStatus, rowOf } from '../call.ts';
import { open } from '../fields.ts';
import type { HttpAnswer } from '../http.ts';

/** `error` of the token endpoint. A person has to consent again, the owner and not an operator. */
export const oauthErrors: Record<string, FailureKind> = {
  invalid_grant: 'terminal',
  invalid_operator_user_id: 'terminal',
  invalid_client: 'terminal',
};

/** 429 and 5xx are decided before; 401 means the token; a 404 may be an order that is too new. */
export const statuses: Record<string, FailureKind> = { 400: 'terminal', 403: 'terminal' };

type ErrorBody = { error?: string };
const errorBody = open<ErrorBody>({ error: Joi.string().allow('', null) });

/** The failure that a refusal stands for: the status first, then the code. A 401 is about the seller's token. */
export function refused(call: Call, answer: HttpAnswer): Failure {
  if (answer.status === 401) return new TokenRefused('mercadolibre', 'HTTP 401');
  return refusedByStatus(call, answer) ?? byTable(call, answer, rowOf(statuses, `${answer.status}`));
}

/** The same for the token endpoint, where there is no access token to refuse. */
export const refusedGrant = (call: Call, answer: HttpAnswer): Failure =>
  refusedByStatus(call, answer) ?? byTable(call, answer, rowOf(oauthErrors, errorOf(answer)));

const byTable = (call: Call, answer: HttpAnswer, kind: FailureKind = 'uncertain'): Failure =>
  failed(call, kind, errorOf(answer) ?? `HTTP_${answer.status}`, `HTTP ${answer.status}`);

function errorOf(answer: HttpAnswer): string | undefined {
  const error = refusalBody(errorBody, answer)?.error;
  return error && /^[a-z_]{3,60}$/.test(error) ? error : undefined;
}
