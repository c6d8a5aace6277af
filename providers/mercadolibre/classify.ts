import Joi from 'joi';
import { type Failure, type FailureKind, TokenRefused } from '../../domain/call-outcome.ts';
import {
  type Call,
  failed,
  notPermitted,
  notThere,
  refusalBody,
  refusedByStatus,
  rowOf,
} from '../gate/checked-call.ts';
import { harmless, open } from '../wire/fields.ts';
import type { HttpAnswer } from '../wire/http.ts';

/** `error` of the token endpoint. The owner of the account has to consent again; no operator can. */
export const oauthErrors: Record<string, FailureKind> = {
  invalid_grant: 'terminal',
  invalid_operator_user_id: 'terminal',
  invalid_client: 'terminal',
};

/** 429 and 5xx are decided before; 401 means the token; a 404 may be an order that is too new. */
export const statuses: Record<string, FailureKind> = { 400: 'terminal' };

/** The messages of a 403 because the order is another account's. Every other 403 is about permissions. */
const notTheirs = /caller\.?id|does not belong|not the (owner|seller)/i;

type ErrorBody = { error?: string; code?: string; message?: string };
const errorBody = open<ErrorBody>({
  error: harmless(Joi.string()),
  code: harmless(Joi.string()),
  message: harmless(Joi.string()),
});

/** The failure that a refusal stands for: the status first, then the code. A 401 is about the seller's token. */
export function refused(call: Call, answer: HttpAnswer): Failure {
  if (answer.status === 401) return new TokenRefused('mercadolibre', 'HTTP 401');
  if (answer.status === 403) return forbidden(call, answer);
  if (answer.status === 404 && call.stakes === 'read') return notThere(call, errorOf(answer) ?? 'HTTP_404');
  return refusedByStatus(call, answer) ?? byTable(call, answer, rowOf(statuses, `${answer.status}`));
}

function forbidden(call: Call, answer: HttpAnswer): Failure {
  const { message = '' } = refusalBody(errorBody, answer) ?? {};
  return notTheirs.test(message)
    ? byTable(call, answer, 'terminal')
    : notPermitted(call, answer, errorOf(answer) ?? 'HTTP_403');
}

/** The same for the token endpoint, where there is no access token to refuse. */
export const refusedGrant = (call: Call, answer: HttpAnswer): Failure =>
  refusedByStatus(call, answer) ?? byTable(call, answer, rowOf(oauthErrors, errorOf(answer)));

const byTable = (call: Call, answer: HttpAnswer, kind: FailureKind = 'uncertain'): Failure =>
  failed(call, kind, errorOf(answer) ?? `HTTP_${answer.status}`, `HTTP ${answer.status}`);

function errorOf(answer: HttpAnswer): string | undefined {
  const { error, code } = refusalBody(errorBody, answer) ?? {};
  return [code, error].find(word => word !== undefined && /^[A-Za-z_]{3,60}$/.test(word));
}
