import { type Failure, type FailureKind, TokenRefused } from '../../domain/outcome.ts';
import { type Call, failed, rowOf } from '../call.ts';
import type { Refusal } from './envelope.ts';

/** Gateway codes, as they come in `sub_code`, `code`, or the `error_code` of an order. */
export const codes: Record<string, FailureKind> = {
  InsufficientPermission: 'terminal',
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

  // Reads are asked again; an order may exist.
  'isp.service-unavailable': 'uncertain',
  ServiceTimeout: 'uncertain',
  ServiceUnavailable: 'uncertain',
  InternalError: 'uncertain',
  '15': 'uncertain',

  // The order is not this account's: it acts as a 404.
  'isv.insufficient-permission': 'terminal',
  'isv.invalid-authorization': 'terminal',

  // Products
  ITEM_ID_NOT_FOUND: 'terminal',
  '605': 'terminal',
  'Item is not allowed to this country': 'terminal',
  'System Error': 'uncertain',

  // Creating an order
  B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL: 'terminal',
  B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_CN_INVALID: 'terminal',
  B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_NOT_MATCH: 'terminal',
  B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL_CPF_CN_INVALID: 'terminal',
  B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL_CPF_NOT_MATCH: 'terminal',
  DELIVERY_METHOD_NOT_EXIST: 'retryable',
  INVENTORY_HOLD_ERROR: 'retryable',
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

/** Which of these AliExpress sends is not known; each is seen in its family of gateways. */
export const throttles: readonly string[] = ['ApiCallLimit', 'AppCallLimit', 'AppApiCallLimit', '7'];

const accountProblems = new Set(
  ['BLACKLIST_BUYER_IN_LIST', 'USER_ACCOUNT_DISABLED', 'A003_SUSPICIOUS_BUYER', 'A006_INVALID_ACCOUNT_INFO'].map(
    code => `ALIEXPRESS_${code}`,
  ),
);

/** The buyer account itself is refused: nothing more is to be bought with it until a person has looked. */
export const stopsTheAccount = (failureCode: string): boolean => accountProblems.has(failureCode);

export function refused(call: Call, { codes: given, message, reference }: Refusal): Failure {
  const detail = reference === undefined ? {} : { reference };
  if (given.includes('IllegalAccessToken')) {
    return new TokenRefused('aliexpress', 'IllegalAccessToken', detail);
  }
  if (given.some(code => throttles.includes(code))) {
    return failed(call, 'retryable', 'RATE_LIMITED', message, { ...detail, retryAfterMs: banMs(message) });
  }
  const known = given.find(code => rowOf(codes, code));
  return failed(call, rowOf(codes, known) ?? 'uncertain', known ?? given[0] ?? 'UNKNOWN', message, detail);
}

/** "This ban will last for 3 more seconds": a second longer, or five where no number is given. */
export const banMs = (message: string): number =>
  (Number(/\blast\D{1,12}(\d{1,5})\D{1,8}sec/i.exec(message)?.[1] ?? 4) + 1) * 1000;
