import Joi from 'joi';
import { type Failure, type FailureKind, Terminal } from '../../domain/call-outcome.ts';
import { hourMs } from '../../domain/durations.ts';
import { type Call, failed, refusalBody, refusedByStatus, rowOf } from '../gate/checked-call.ts';
import { neverCertainStatus, speaksOfDoubt } from '../wire/ambiguous-refusal.ts';
import { choiceOf, harmless, maybe, open } from '../wire/fields.ts';
import type { HttpAnswer } from '../wire/http.ts';
import { buyerPage } from './buyer-page.ts';
import { CaptureRefused } from './capture-refused.ts';

/** `name` of the error, in either shape; 401 answers carry `error` instead. */
export const names: Record<string, FailureKind> = {
  INVALID_REQUEST: 'terminal',
  VALIDATION_ERROR: 'terminal',
  AUTHENTICATION_FAILURE: 'terminal',
  invalid_token: 'terminal',
  invalid_client: 'terminal',
  NOT_AUTHORIZED: 'terminal',
  REQUIRED_SCOPE_MISSING: 'terminal',
  SENDER_RESTRICTED: 'terminal',
  SENDER_ACCOUNT_UNVERIFIED: 'terminal',
  RESOURCE_NOT_FOUND: 'terminal',
  UNSUPPORTED_MEDIA_TYPE: 'terminal',
  // "Retry: the first call with this key is in progress." That first call may well succeed.
  RESOURCE_CONFLICT: 'uncertain',
  RATE_LIMIT_REACHED: 'retryable',
  ITEM_ALREADY_CANCELLED: 'uncertain',
  ITEM_CANCELLATION_FAILED: 'uncertain',
  ITEM_INCORRECT_STATUS: 'terminal',
  INSUFFICIENT_FUNDS: 'retryable',
  WEBHOOK_URL_ALREADY_EXISTS: 'terminal',
  WEBHOOK_NUMBER_LIMIT_EXCEEDED: 'terminal',
  WEBHOOK_PATCH_REQUEST_NO_CHANGE: 'terminal',
};

/** `details[0].issue`. */
export const issues: Record<string, FailureKind> = {
  // Creating
  MISSING_REQUIRED_PARAMETER: 'terminal',
  INVALID_PARAMETER_VALUE: 'terminal',
  INVALID_PARAMETER_SYNTAX: 'terminal',
  INVALID_STRING_LENGTH: 'terminal',
  INVALID_COUNTRY_CODE: 'terminal',
  MALFORMED_REQUEST_JSON: 'terminal',
  PAYPAL_REQUEST_ID_REQUIRED: 'terminal',
  AMOUNT_MISMATCH: 'terminal',
  ITEM_TOTAL_MISMATCH: 'terminal',
  ITEM_TOTAL_REQUIRED: 'terminal',
  TAX_TOTAL_MISMATCH: 'terminal',
  DECIMAL_PRECISION: 'terminal',
  INVALID_CURRENCY_CODE: 'terminal',
  MULTI_CURRENCY_ORDER: 'terminal',
  DUPLICATE_REFERENCE_ID: 'terminal',
  REFERENCE_ID_REQUIRED: 'terminal',
  POSTAL_CODE_REQUIRED: 'terminal',
  CITY_REQUIRED: 'terminal',
  PAYEE_ACCOUNT_INVALID: 'terminal',

  // Capturing. Those marked uncertain say that a payment exists or is on its way: it has to be looked up.
  ORDER_ALREADY_CAPTURED: 'uncertain',
  DUPLICATE_INVOICE_ID: 'uncertain',
  ORDER_COMPLETION_IN_PROGRESS: 'uncertain', // it is being captured: "later" may find it done
  ORDER_NOT_APPROVED: 'retryable',
  PAYER_ACTION_REQUIRED: 'terminal', // until the buyer has acted, and then under a new request id
  INSTRUMENT_DECLINED: 'terminal',
  REDIRECT_PAYER_FOR_ALTERNATE_FUNDING: 'terminal',
  MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED: 'terminal',
  TRANSACTION_REFUSED: 'terminal',
  PAYER_CANNOT_PAY: 'terminal',
  PAYER_ACCOUNT_RESTRICTED: 'terminal',
  PAYER_ACCOUNT_LOCKED_OR_CLOSED: 'terminal',
  COMPLIANCE_VIOLATION: 'terminal',
  TRANSACTION_LIMIT_EXCEEDED: 'terminal',
  TRANSACTION_RECEIVING_LIMIT_EXCEEDED: 'terminal',
  DOMESTIC_TRANSACTION_REQUIRED: 'terminal',
  PAYEE_BLOCKED_TRANSACTION: 'terminal',
  TRANSACTION_BLOCKED_BY_PAYEE: 'terminal',
  PAYEE_ACCOUNT_RESTRICTED: 'terminal',
  PAYEE_ACCOUNT_LOCKED_OR_CLOSED: 'terminal',
  PERMISSION_DENIED: 'terminal',
  CONSENT_NEEDED: 'terminal',

  // Refunding
  CAPTURE_FULLY_REFUNDED: 'uncertain',
  REFUND_AMOUNT_EXCEEDED: 'terminal',
  REFUND_NOT_ALLOWED: 'terminal',
  REFUND_TIME_LIMIT_EXCEEDED: 'terminal',
  REFUND_CAPTURE_CURRENCY_MISMATCH: 'terminal',
  PARTIAL_REFUND_NOT_ALLOWED: 'terminal',
  MAX_NUMBER_OF_REFUNDS_EXCEEDED: 'terminal',
  TRANSACTION_DISPUTED: 'terminal',
  REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK: 'terminal',
  PENDING_CAPTURE: 'retryable',
  REFUND_FAILED_INSUFFICIENT_FUNDS: 'retryable',

  // Reporting a parcel
  CAPTURE_ID_NOT_FOUND: 'terminal',
  CAPTURE_STATUS_NOT_VALID: 'terminal',
  ITEM_SKU_MISMATCH: 'terminal',
  MSP_NOT_SUPPORTED: 'terminal',

  // Paying out
  INSUFFICIENT_FUNDS: 'retryable',
};

/** For refusals without a code that we know. A call that is refused with 401 has not begun. */
const statuses: Record<string, FailureKind> = { 401: 'terminal' };

/** Not worth repeating at once: a person has to fund the account first. */
const waits: Record<string, number> = { INSUFFICIENT_FUNDS: hourMs, REFUND_FAILED_INSUFFICIENT_FUNDS: hourMs };

/** A new id may not be readable everywhere yet, and we read only ids that PayPal gave us. */
const kindsOfReads: Record<string, FailureKind> = { RESOURCE_NOT_FOUND: 'retryable' };

export type Link = { href: string; rel?: string };
export type Detail = { field?: string; issue?: string; link?: Link[]; links?: Link[] };
type ErrorBody = {
  name?: string;
  message?: string;
  error?: string;
  debug_id?: string;
  details?: Detail[];
  links?: Link[];
};

/** Links for the buyer or for us; unreadable ones are left out. */
const links = harmless(choiceOf(open<Link>({ href: Joi.string().required(), rel: harmless(Joi.string()) })));
/** A refusal must be readable as a whole: one unreadable detail may be about a repetition. */
const detail = open<Detail>({ field: maybe(Joi.string()), issue: maybe(Joi.string()), link: links, links });
const errorBody = open<ErrorBody>({
  name: maybe(Joi.string()),
  message: harmless(Joi.string()),
  error: maybe(Joi.string()),
  debug_id: harmless(Joi.string()),
  details: maybe(Joi.array().items(detail)),
  links,
});

/** The failure that a refusal stands for: the status first, then the issue, then the name, then the document's structure. */
export function refused(call: Call, answer: HttpAnswer): Failure {
  const body = refusalBody(errorBody, answer) ?? {};
  const reference = body.debug_id ?? answer.headers['paypal-debug-id'];
  const fields = body.details?.flatMap(({ field }) => field ?? []) ?? [];
  const detail = { fields, ...(typeof reference === 'string' ? { reference } : {}) };
  const byStatus = refusedByStatus(call, answer, detail);
  if (byStatus) return byStatus;

  const { name = body.error ?? `HTTP_${answer.status}`, details = [] } = body;
  const told = details.flatMap(({ issue }) => issue ?? []);
  const issue = told.toSorted((a, b) => weightOf(b) - weightOf(a))[0] ?? '';
  const code = rowOf(issues, issue) ? issue : name;
  const onRead = call.stakes === 'read' ? rowOf(kindsOfReads, code) : undefined;
  const known = onRead ?? rowOf(issues, code) ?? rowOf(names, code) ?? rowOf(statuses, `${answer.status}`);
  const open = neverCertainStatus(answer.status) || told.some(isDoubt);
  const kind = open ? 'uncertain' : (known ?? (isErrorDocument(body, reference) ? 'terminal' : 'uncertain'));
  const wait = rowOf(waits, code);
  const message = `HTTP ${answer.status} ${name}${issue === '' || issue === code ? '' : ` (${issue})`}`;
  // An issue without a row still names the failure better than UNPROCESSABLE_ENTITY does.
  const shown = known === undefined && issuePattern.test(issue) ? issue : code;
  return failed(call, kind, shown, message, { ...detail, ...(wait ? { retryAfterMs: wait } : {}) });
}

/**
 * As `refused`, for a create, which moves nothing: a fault in its form or its facts is terminal, whatever the code,
 * because the same request would be refused again. The issue says best what to correct.
 */
export function refusedCreate(call: Call, answer: HttpAnswer): Failure {
  const failure = refused(call, answer);
  const { name, details = [] } = refusalBody(errorBody, answer) ?? {};
  if (!name || ![400, 422].includes(answer.status)) return failure;
  const issue = details.flatMap(told => told.issue ?? []).find(told => issuePattern.test(told));
  const { reference, fields } = failure;
  const detail = { fields, ...(reference ? { reference } : {}) };
  return failed(call, 'terminal', issue ?? name, `HTTP ${answer.status} ${name}`, detail);
}

/** As `refused`, for a capture: PayPal links to the page where the buyer can go on. */
export function refusedCapture(call: Call, answer: HttpAnswer, baseUrl: string): Failure {
  const failure = refused(call, answer);
  if (!(failure instanceof Terminal)) return failure;
  const { links: found = [], details = [] } = refusalBody(errorBody, answer) ?? {};
  const everywhere = [...found, ...details.flatMap(detail => detail.links ?? [])];
  const approveUrl = buyerPage(everywhere, ['redirect', 'payer-action', 'approve'], baseUrl);
  const { code, message, reference, fields } = failure;
  const said = message.replace(`${code}: `, '');
  return new CaptureRefused(code, said, {
    provider: call.provider,
    fields,
    approveUrl,
    ...(reference ? { reference } : {}),
  });
}

/** Issues are names; those of Payouts are sentences. */
const issuePattern = /^[A-Z][A-Z0-9_]{2,60}$/;

/** An issue in no table whose words suggest that the effect may have happened. */
const isDoubt = (issue: string): boolean => rowOf(issues, issue) === undefined && speaksOfDoubt(issue);

/** Which of several issues decides: first one that may mean that the effect happened, then one that we know. */
function weightOf(issue: string): number {
  if (rowOf(issues, issue) === 'uncertain' || isDoubt(issue)) return 2;
  return rowOf(issues, issue) === undefined ? 0 : 1;
}

/**
 * PayPal's own error document proves that nothing was done, even with a code in no table. It names the error, and has
 * PayPal's reference or a sentence; a proxy's answer has neither. The exception is `USER_BUSINESS_ERROR`, which may
 * mean a batch that was sent before: its sentence only suggests another `sender_batch_id`.
 */
function isErrorDocument({ name, message, details = [] }: ErrorBody, reference: unknown): boolean {
  if (!name || !/^[A-Z][A-Z0-9_]{2,80}$/.test(name) || !(message || reference)) return false;
  const aboutBatch = name === 'USER_BUSINESS_ERROR' && (details.length === 0 || details.some(isAboutBatch));
  return !aboutBatch && !speaksOfDoubt(name);
}

const isAboutBatch = ({ field = '' }: Detail): boolean => /(^|\/|\.)sender_batch_id$/i.test(field);

/** PayPal itself says that it does not know the resource; a 404 from a proxy in between proves nothing. */
export const isMissing = (answer: HttpAnswer): boolean =>
  answer.status === 404 && refusalBody(errorBody, answer)?.name === 'RESOURCE_NOT_FOUND';

/**
 * The batch that was already sent under this `sender_batch_id`, when the refusal says so and links to it. `undefined`
 * for every other refusal.
 */
export function duplicateBatch(answer: HttpAnswer): string | undefined {
  const body = answer.status === 400 ? refusalBody(errorBody, answer) : undefined;
  const details = body?.details?.filter(isAboutBatch) ?? [];
  if (body?.name !== 'USER_BUSINESS_ERROR' || details.length === 0) return undefined;
  const hrefs = [...details.flatMap(({ link = [], links = [] }) => [...link, ...links]), ...(body.links ?? [])];
  const ids = hrefs.map(({ href }) => /\/v1\/payments\/payouts\/([A-Za-z0-9-]{1,64})$/.exec(href)?.[1]);
  return ids.find(id => id !== undefined);
}
