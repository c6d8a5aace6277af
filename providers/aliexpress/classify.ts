/**
 * What a refusal by AliExpress means. Its code is looked up in the tables first. For a code in no table:
 *
 *   an order that was "not a success", with a code and without a number    certain, unless the code speaks of doubt
 *   any other call that may have done something                            uncertain
 *   a read, and the code speaks of an outage                               repeated, as after an outage
 *   any other read                                                         unreadable: repeated for a time, then a person
 */
import {
  type Failure,
  type FailureDetail,
  type FailureKind,
  PermissionRefused,
  TokenRefused,
  Unreadable,
} from '../../domain/call-outcome.ts';
import { type Call, failed, failureOf, rowOf } from '../gate/checked-call.ts';
import { neverCertainStatus, speaksOfDoubt } from '../wire/ambiguous-refusal.ts';
import type { Refusal } from './envelope.ts';

/** Gateway codes, as they come in `sub_code`, `code`, or the `error_code` of an order. */
export const codes: Record<string, FailureKind> = {
  InvalidApiPath: 'terminal',
  InvalidAppKey: 'terminal',
  InvalidAppkey: 'terminal',
  MissingParameter: 'terminal',
  InvalidParameter: 'terminal',
  UnsupportedParamMapping: 'terminal',
  IncompleteSignature: 'terminal',
  InvalidCode: 'terminal',
  IllegalRefreshToken: 'terminal',
  AUTH_TYPE_UNSUPPORTED: 'terminal',

  // Reads are repeated; an order may exist.
  'isp.service-unavailable': 'uncertain',
  ServiceTimeout: 'uncertain',
  ServiceUnavailable: 'uncertain',
  InternalError: 'uncertain',
  '15': 'uncertain',

  // Products
  ITEM_ID_NOT_FOUND: 'terminal',
  '605': 'terminal',
  'Item is not allowed to this country': 'terminal',
  'System Error': 'uncertain',

  // Freight
  DELIVERY_NOT_AVAILABLE_TO_YOUR_ADDRESS: 'terminal',
  DELIVERY_INFO_EMPTY: 'terminal',

  // Creating an order
  B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL: 'terminal',
  B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_CN_INVALID: 'terminal',
  B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_NOT_MATCH: 'terminal',
  B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL_CPF_CN_INVALID: 'terminal',
  B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL_CPF_NOT_MATCH: 'terminal',
  DELIVERY_METHOD_NOT_EXIST: 'terminal',
  // Sold out, or a system error that may hide an order: its answer is the same.
  INVENTORY_HOLD_ERROR: 'uncertain',
  REPEATED_ORDER_ERROR: 'uncertain',
  PRICE_PAY_CURRENCY_ERROR: 'terminal',
  BLACKLIST_BUYER_IN_LIST: 'terminal',
  USER_ACCOUNT_DISABLED: 'terminal',
  A003_SUSPICIOUS_BUYER: 'terminal',
  A006_INVALID_ACCOUNT_INFO: 'terminal',
  A001_ORDER_CANNOT_BE_PLACED: 'terminal',
  A002_INVALID_ZONE: 'terminal',
  A004_CANNOT_USER_COUPON: 'terminal',
  A005_INVALID_COUNTRIES: 'terminal',
  ERROR_WHEN_BUILD_FOR_PLACE_ORDER: 'terminal',
  SKU_NOT_EXIST: 'terminal',
  BUY_LIMIT_RESOURCE_INSUFFICIENT: 'terminal',
};

/** Stock changes slowly, so it is not asked for every minute. */
const askAgainMs: Readonly<Record<string, number>> = { INVENTORY_HOLD_ERROR: 600_000 };

/** Which of these AliExpress sends is not known; each occurs in its family of gateways. */
export const throttles: readonly string[] = ['ApiCallLimit', 'AppCallLimit', 'AppApiCallLimit', '7'];

/** What a refusal of permission means, by code and API; the first row that fits. */
const permissions: readonly {
  code: RegExp;
  api?: RegExp;
  means: 'its account may not call this' | 'our application may not' | 'the order is another account’s';
}[] = [
  {
    api: /^aliexpress\.trade\.ds\.order\.get$/,
    code: /^isv\.(insufficient-permission|invalid-authorization)$/i,
    means: 'the order is another account’s',
  },
  { api: /^\/auth\//, code: /permission/i, means: 'our application may not' },
  // Optional: without the list of place names a country's addresses are sent as they are.
  { api: /^aliexpress\.ds\.address\.get$/, code: /permission/i, means: 'our application may not' },
  { code: /permission|^isv\.invalid-authorization$/i, means: 'its account may not call this' },
];

/** A call that was refused, and the text of the refusal. */
export type RefusedCall = { call: Call; api: string; answer: string };

export function refused(asked: RefusedCall, refusal: Refusal): Failure {
  const { call, answer } = asked;
  const { codes: given, message, reference } = refusal;
  const detail = { ...(reference === undefined ? {} : { reference }), ...(call.secret ? {} : { answer }) };
  if (given.includes('IllegalAccessToken')) return new TokenRefused('aliexpress', 'IllegalAccessToken', detail);
  if (given.some(code => throttles.includes(code)))
    return failed(call, 'retryable', 'RATE_LIMITED', message, { ...detail, retryAfterMs: banMs(message) });
  for (const code of given) {
    const permission = permissionMeaning(asked, code);
    if (permission === 'its account may not call this')
      return failureOf(PermissionRefused, call, code, message, detail);
    const kind = permission ? 'terminal' : rowOf(codes, code);
    const retryAfterMs = rowOf(askAgainMs, code);
    if (kind) return failed(call, kind, code, message, { ...detail, ...(retryAfterMs ? { retryAfterMs } : {}) });
  }
  return unknown(call, refusal, detail);
}

const permissionMeaning = ({ api: called }: RefusedCall, given: string) =>
  permissions.find(({ code, api }) => code.test(given) && (!api || api.test(called)))?.means;

/** A code in no table. */
function unknown(call: Call, { codes: given, message, nothingDone }: Refusal, detail: FailureDetail): Failure {
  const [code = 'UNKNOWN'] = given;
  const inDoubt = given.length === 0 || given.some(speaksOfDoubtOrStatus);
  if (call.stakes === 'money')
    return failed(call, nothingDone && !inDoubt ? 'terminal' : 'uncertain', code, message, detail);
  if (given.some(speaksOfDoubtOrStatus)) return failed(call, 'retryable', code, message, detail);
  return failureOf(Unreadable, call, code, message, detail);
}

/** Some codes are HTTP statuses. */
const speaksOfDoubtOrStatus = (code: string): boolean =>
  speaksOfDoubt(code) || (/^[45]\d\d$/.test(code) && neverCertainStatus(Number(code)));

/** "This ban will last for 3 more seconds": a second longer, or five where no number is given. */
export const banMs = (message: string): number =>
  (Number(/\blast\D{1,12}(\d{1,5})\D{1,8}sec/i.exec(message)?.[1] ?? 4) + 1) * 1000;
