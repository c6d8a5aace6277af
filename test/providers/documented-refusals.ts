import type { FailureKind } from '../../domain/call-outcome.ts';

/*
 * What the providers document of their refusals, and what each has to mean on a call that moves money. Stated here a
 * second time, and not read from the tables of the clients: a row that is changed there has to be changed here.
 */

export type Kinds = Readonly<Record<string, FailureKind>>;

const all = (kind: FailureKind, codes: string): Kinds =>
  Object.fromEntries(
    codes
      .trim()
      .split(/\s+/)
      .map(code => [code, kind]),
  );

export const paypalNames: Kinds = {
  ...all('terminal', 'INVALID_REQUEST VALIDATION_ERROR AUTHENTICATION_FAILURE invalid_token invalid_client'),
  ...all('terminal', 'NOT_AUTHORIZED RESOURCE_NOT_FOUND UNSUPPORTED_MEDIA_TYPE'),
  ...all('uncertain', 'RESOURCE_CONFLICT'), // the first call with this key is in progress
  ...all('retryable', 'RATE_LIMIT_REACHED'),
  // Payouts
  ...all('terminal', 'REQUIRED_SCOPE_MISSING SENDER_RESTRICTED SENDER_ACCOUNT_UNVERIFIED ITEM_INCORRECT_STATUS'),
  ...all('uncertain', 'ITEM_ALREADY_CANCELLED ITEM_CANCELLATION_FAILED'),
  ...all('retryable', 'INSUFFICIENT_FUNDS'),
  // Webhooks
  ...all('terminal', 'WEBHOOK_URL_ALREADY_EXISTS WEBHOOK_NUMBER_LIMIT_EXCEEDED WEBHOOK_PATCH_REQUEST_NO_CHANGE'),
};

export const paypalIssues: Kinds = {
  ...all(
    'terminal',
    `MISSING_REQUIRED_PARAMETER INVALID_PARAMETER_VALUE INVALID_PARAMETER_SYNTAX INVALID_STRING_LENGTH
     INVALID_COUNTRY_CODE MALFORMED_REQUEST_JSON PAYPAL_REQUEST_ID_REQUIRED AMOUNT_MISMATCH ITEM_TOTAL_MISMATCH
     ITEM_TOTAL_REQUIRED TAX_TOTAL_MISMATCH DECIMAL_PRECISION INVALID_CURRENCY_CODE MULTI_CURRENCY_ORDER
     DUPLICATE_REFERENCE_ID REFERENCE_ID_REQUIRED POSTAL_CODE_REQUIRED CITY_REQUIRED PAYEE_ACCOUNT_INVALID`,
  ),
  // Capturing
  ...all('uncertain', 'ORDER_ALREADY_CAPTURED ORDER_COMPLETION_IN_PROGRESS DUPLICATE_INVOICE_ID'),
  ...all('retryable', 'ORDER_NOT_APPROVED'),
  ...all('terminal', 'PAYER_ACTION_REQUIRED'), // the buyer acts, and it is asked for anew
  ...all(
    'terminal',
    `INSTRUMENT_DECLINED REDIRECT_PAYER_FOR_ALTERNATE_FUNDING MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED
     TRANSACTION_REFUSED PAYER_CANNOT_PAY PAYER_ACCOUNT_RESTRICTED PAYER_ACCOUNT_LOCKED_OR_CLOSED COMPLIANCE_VIOLATION
     TRANSACTION_LIMIT_EXCEEDED TRANSACTION_RECEIVING_LIMIT_EXCEEDED DOMESTIC_TRANSACTION_REQUIRED
     PAYEE_BLOCKED_TRANSACTION TRANSACTION_BLOCKED_BY_PAYEE PAYEE_ACCOUNT_RESTRICTED PAYEE_ACCOUNT_LOCKED_OR_CLOSED
     PERMISSION_DENIED CONSENT_NEEDED`,
  ),
  // Refunding
  ...all('uncertain', 'CAPTURE_FULLY_REFUNDED'),
  ...all('retryable', 'PENDING_CAPTURE REFUND_FAILED_INSUFFICIENT_FUNDS'),
  ...all(
    'terminal',
    `REFUND_AMOUNT_EXCEEDED REFUND_NOT_ALLOWED REFUND_TIME_LIMIT_EXCEEDED REFUND_CAPTURE_CURRENCY_MISMATCH
     PARTIAL_REFUND_NOT_ALLOWED MAX_NUMBER_OF_REFUNDS_EXCEEDED TRANSACTION_DISPUTED
     REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK`,
  ),
  // Telling of a parcel, paying out
  ...all('terminal', 'CAPTURE_ID_NOT_FOUND CAPTURE_STATUS_NOT_VALID ITEM_SKU_MISMATCH MSP_NOT_SUPPORTED'),
  ...all('retryable', 'INSUFFICIENT_FUNDS'),
};

export const ebayErrorIds: Kinds = {
  ...all('uncertain', '30500'), // read, then again
  ...all('retryable', '195000 25001 25025 135000'),
  ...all('terminal', '195001 195003 195012 195015 195019 195020 195021'), // Notification
  ...all('terminal', '30700 30800 30810 30820 30830 30840 30850'), // getOrders
  ...all('terminal', '135002 135003 135004 135005 135006 135007 135008 135009'), // Finances
  ...all('terminal', '32100 32200 32210 32300 32400 32500 32600 34100 34200 34300 34500'), // Fulfillment
  ...all('terminal', '25002 25003 25004 25005 25006 25007 25008 25009 25012 25014 25015 25020 25021'), // Inventory
  ...all('terminal', '25026 25029 25702 25707 25710 25713'),
  ...all('terminal', '25110 25111 25112 25113 25114 25115 25116 25117 25118 25119'),
};

export const ebayOauthErrors: Kinds = all('terminal', 'invalid_grant invalid_client invalid_scope');

export const mercadolibreOauthErrors: Kinds = all('terminal', 'invalid_grant invalid_operator_user_id invalid_client');
export const mercadolibreStatuses: Kinds = all('terminal', '400');

export const aliexpressCodes: Kinds = {
  ...all(
    'terminal',
    `InvalidApiPath InvalidAppKey MissingParameter InvalidParameter UnsupportedParamMapping IncompleteSignature`,
  ),
  ...all('terminal', 'InvalidCode IllegalRefreshToken AUTH_TYPE_UNSUPPORTED InvalidAppkey'), // OAuth
  ...all('uncertain', 'isp.service-unavailable 15 ServiceTimeout ServiceUnavailable InternalError'),
  // Creating an order
  ...all(
    'terminal',
    `B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL
     B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_CN_INVALID B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_NOT_MATCH
     B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL_CPF_CN_INVALID
     B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL_CPF_NOT_MATCH PRICE_PAY_CURRENCY_ERROR`,
  ),
  ...all('terminal', 'DELIVERY_METHOD_NOT_EXIST'),
  ...all('uncertain', 'REPEATED_ORDER_ERROR'), // there may be one: look, do not create
  ...all('uncertain', 'INVENTORY_HOLD_ERROR'), // out of stock, or a system error
  // Freight
  ...all('terminal', 'DELIVERY_NOT_AVAILABLE_TO_YOUR_ADDRESS DELIVERY_INFO_EMPTY'),
  ...all('terminal', 'BLACKLIST_BUYER_IN_LIST USER_ACCOUNT_DISABLED A003_SUSPICIOUS_BUYER A006_INVALID_ACCOUNT_INFO'),
  ...all(
    'terminal',
    `A001_ORDER_CANNOT_BE_PLACED A002_INVALID_ZONE A004_CANNOT_USER_COUPON A005_INVALID_COUNTRIES
     ERROR_WHEN_BUILD_FOR_PLACE_ORDER SKU_NOT_EXIST BUY_LIMIT_RESOURCE_INSUFFICIENT ITEM_ID_NOT_FOUND`,
  ),
  // Products
  ...all('terminal', '605'),
  'Item is not allowed to this country': 'terminal',
  'System Error': 'uncertain',
};

export const aliexpressThrottles: readonly string[] = ['ApiCallLimit', 'AppCallLimit', 'AppApiCallLimit', '7'];

export const payoneerSubCodes: Kinds = { 2306: 'retryable', ...all('terminal', '10005 10009') };
export const payoneerErrors: Kinds = {
  'Bad Request': 'uncertain', // it may say that the reference was used before
  ...all('terminal', 'Unauthorized Forbidden invalid_client invalid_grant invalid_scope invalid_token'),
  ...all('terminal', 'unauthorized_client unsupported_grant_type'),
};
