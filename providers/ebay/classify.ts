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
import { idText, open } from '../wire/fields.ts';
import type { HttpAnswer } from '../wire/http.ts';

const failureKinds = ['terminal', 'retryable', 'uncertain'] as const satisfies readonly FailureKind[];

/** `error` of the token endpoint. */
export const oauthErrors: Record<string, FailureKind> = {
  invalid_grant: 'terminal', // a person has to consent again
  invalid_client: 'terminal',
  invalid_scope: 'terminal',
};

/** `errors[0].errorId`, by API. */
const numbers: Record<FailureKind, readonly number[]> = {
  uncertain: [30500],
  retryable: [
    195000, // Notification
    ...[25001, 25025], // Inventory
    135000, // Finances
  ],
  terminal: [
    ...[195001, 195003, 195012, 195015, 195019, 195020, 195021], // Notification
    ...[30700, 30800, 30810, 30820, 30830, 30840, 30850], // a search that it does not understand
    ...[135002, 135003, 135004, 135005, 135006, 135007, 135008, 135009], // Finances
    ...[32100, 32200, 32210, 32300, 32400, 32500, 32600, 34100, 34200, 34300, 34500], // Fulfillment
    ...[25002, 25003, 25004, 25005, 25006, 25007, 25008, 25009, 25012, 25014, 25015, 25020, 25021], // Inventory
    ...[25026, 25029, 25702, 25707, 25710, 25713],
    ...[25110, 25111, 25112, 25113, 25114, 25115, 25116, 25117, 25118, 25119], // who is responsible in the EU
  ],
};

export const errorIds: Readonly<Record<string, FailureKind>> = Object.fromEntries(
  failureKinds.flatMap(kind => numbers[kind].map(number => [`${number}`, kind] as const)),
);

/** The permission is not in the seller's consent, or eBay has withdrawn it from our application or from the seller. */
const permissionIds: readonly string[] = ['1100', '195011'];

/** The seller is suspended; in the answer to a shipment it only means that eBay did not accept it. */
const suspended = '32400';

/** Whether a refusal of a seller's token is about permission. A 403 always is, whatever its number. */
const isAboutPermission = ({ stakes }: Call, { status }: HttpAnswer, code: string): boolean =>
  permissionIds.includes(code) ||
  (code === suspended && stakes === 'read') ||
  (status === 403 && !Object.hasOwn(errorIds, code));

type ErrorBody = { error?: string; errors?: { errorId: string }[] };
const errorBody = open<ErrorBody>({
  error: Joi.string(),
  errors: Joi.array().items(open<{ errorId: string }>({ errorId: idText.required() })),
});

/** Whose token the call carried: only a user's can be refreshed by the caller. */
export type Bearer = 'user' | 'application';

/** The failure that a refusal stands for: the status first, then eBay's own number. */
export function refused(call: Call, answer: HttpAnswer, bearer: Bearer): Failure {
  const byStatus = refusedByStatus(call, answer);
  if (byStatus) return byStatus;
  const { error, errors = [] } = refusalBody(errorBody, answer) ?? {};
  const message = `HTTP ${answer.status}`;
  const oauth = rowOf(oauthErrors, error);
  if (error && oauth) return failed(call, oauth, error, message);
  if (answer.status === 401 && bearer === 'user') return new TokenRefused('ebay', message);
  const code = errors[0]?.errorId ?? `HTTP_${answer.status}`;
  if (bearer === 'user' && isAboutPermission(call, answer, code)) return notPermitted(call, answer, code);
  if (answer.status === 404 && call.stakes === 'read' && !Object.hasOwn(errorIds, code)) return notThere(call, code);
  // A 409 is in no table: the caller reads the state before anything is decided.
  return failed(call, rowOf(errorIds, code) ?? (answer.status === 401 ? 'terminal' : 'uncertain'), code, message);
}
