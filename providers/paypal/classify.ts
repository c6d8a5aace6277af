import Joi from 'joi';
import type { Failure, FailureKind } from '../../domain/outcome.ts';
import { type Call, failed, refusalBody, refusedByStatus, rowOf } from '../call.ts';
import { open } from '../fields.ts';
import type { HttpAnswer } from '../http.ts';

const hourMs = 3_600_000;

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
  PAYER_ACTION_REQUIRED: 'retryable',
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

  // Telling of a parcel
  CAPTURE_ID_NOT_FOUND: 'terminal',
  CAPTURE_STATUS_NOT_VALID: 'terminal',
  ITEM_SKU_MISMATCH: 'terminal',
  MSP_NOT_SUPPORTED: 'terminal',

  // Paying out
  INSUFFICIENT_FUNDS: 'retryable',
};

/** Where PayPal says nothing that we know. Whatever a 401 refuses has not begun. */
const statuses: Record<string, FailureKind> = { 401: 'terminal' };

/** Not worth asking again at once: somebody has to fund the account first. */
const waits: Record<string, number> = { INSUFFICIENT_FUNDS: hourMs, REFUND_FAILED_INSUFFICIENT_FUNDS: hourMs };

/** A new id may not be readable everywhere yet, and we only read ids that PayPal gave us. */
const kindsOfReads: Record<string, FailureKind> = { RESOURCE_NOT_FOUND: 'retryable' };

type Link = { href: string };
type Detail = { field?: string; issue?: string; link?: Link[]; links?: Link[] };
type ErrorBody = { name?: string; error?: string; debug_id?: string; details?: Detail[]; links?: Link[] };

const links = Joi.array().items(open<Link>({ href: Joi.string().required() }));
const errorBody = open<ErrorBody>({
  name: Joi.string(),
  error: Joi.string(),
  debug_id: Joi.string().allow(''),
  details: Joi.array().items(
    open<Detail>({ field: Joi.string().allow(''), issue: Joi.string().allow(''), link: links, links }),
  ),
  links,
});

/** The failure that a refusal stands for: the status first, then the issue, then the name. */
export function refused(call: Call, answer: HttpAnswer): Failure {
  const body = refusalBody(errorBody, answer) ?? {};
  const reference = body.debug_id || answer.headers['paypal-debug-id'];
  const detail = typeof reference === 'string' ? { reference } : {};
  const byStatus = refusedByStatus(call, answer, detail);
  if (byStatus) return byStatus;

  const issue = body.details?.[0]?.issue ?? '';
  const name = body.name ?? body.error ?? `HTTP_${answer.status}`;
  const code = rowOf(issues, issue) ? issue : name;
  const onRead = call.stakes === 'read' ? rowOf(kindsOfReads, code) : undefined;
  const kind = onRead ?? rowOf(issues, code) ?? rowOf(names, code) ?? rowOf(statuses, `${answer.status}`);
  const wait = rowOf(waits, code);
  const message = `HTTP ${answer.status} ${name}${issue === '' || issue === code ? '' : ` (${issue})`}`;
  // An issue without a row still names the failure better than UNPROCESSABLE_ENTITY does.
  const shown = kind === undefined && /^[A-Z][A-Z0-9_]{2,60}$/.test(issue) ? issue : code;
  return failed(call, kind ?? 'uncertain', shown, message, { ...detail, ...(wait ? { retryAfterMs: wait } : {}) });
}

/** PayPal says that it does not know the resource; a 404 from anything in between proves nothing. */
export const isMissing = (answer: HttpAnswer): boolean =>
  answer.status === 404 && refusalBody(errorBody, answer)?.name === 'RESOURCE_NOT_FOUND';

/**
 * The batch that was already sent under this `sender_batch_id`, when the refusal says so and links to it. `undefined`
 * for every other refusal.
 */
export function duplicateBatch(answer: HttpAnswer): string | undefined {
  const body = answer.status === 400 ? refusalBody(errorBody, answer) : undefined;
  const details = body?.details?.filter(({ field }) => /(^|\/|\.)sender_batch_id$/i.test(field ?? '')) ?? [];
  if (body?.name !== 'USER_BUSINESS_ERROR' || details.length === 0) return undefined;
  const hrefs = [...details.flatMap(({ link = [], links = [] }) => [...link, ...links]), ...(body.links ?? [])];
  const ids = hrefs.map(({ href }) => /\/v1\/payments\/payouts\/([A-Za-z0-9-]{1,64})$/.exec(href)?.[1]);
  return ids.find(id => id !== undefined);
}
