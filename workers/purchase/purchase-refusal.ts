import type { Terminal } from '../../domain/call-outcome.ts';
import type { FailureReason } from '../../domain/order.ts';

/** What a supplier's certain refusal means for the order. */
type RefusalMeaning =
  | { kind: 'failed'; reason: FailureReason }
  /** The offer has changed since: a fresh one is chosen. After a few such refusals the order fails for `reason`. */
  | { kind: 'offer changed'; reason: FailureReason }
  /** The API route is closed to our application before anything was created: the browser may try. */
  | { kind: 'browser' }
  /** The reseller corrects the address, and the order goes on. */
  | { kind: 'address' }
  /** The buyer account itself was refused, or our app was: a person looks at it. */
  | { kind: 'account' }
  /** The goods are sold in a currency that the account does not pay with. */
  | { kind: 'currency' };

const failed = (reason: FailureReason): RefusalMeaning => ({ kind: 'failed', reason });

/** By the code, without the provider's prefix. */
const meanings: Readonly<Record<string, RefusalMeaning>> = {
  INVALID_API_PATH: { kind: 'browser' },
  INVALID_APP_KEY: { kind: 'browser' },

  // Our own mistake, or our application's: no order fails for it.
  INCOMPLETE_SIGNATURE: { kind: 'account' },
  MISSING_PARAMETER: { kind: 'account' },
  INVALID_PARAMETER: { kind: 'account' },
  UNSUPPORTED_PARAM_MAPPING: { kind: 'account' },

  BLACKLIST_BUYER_IN_LIST: { kind: 'account' },
  USER_ACCOUNT_DISABLED: { kind: 'account' },
  A003_SUSPICIOUS_BUYER: { kind: 'account' },
  A006_INVALID_ACCOUNT_INFO: { kind: 'account' },

  PRICE_PAY_CURRENCY_ERROR: { kind: 'currency' },
  DELIVERY_METHOD_NOT_EXIST: { kind: 'offer changed', reason: 'NOT_SHIPPABLE' },

  ITEM_ID_NOT_FOUND: failed('PRODUCT_GONE'),
  605: failed('PRODUCT_GONE'),
  BUY_LIMIT_RESOURCE_INSUFFICIENT: failed('OUT_OF_STOCK'),
  ITEM_IS_NOT_ALLOWED_TO_THIS_COUNTRY: failed('NOT_SHIPPABLE'),
  DELIVERY_NOT_AVAILABLE_TO_YOUR_ADDRESS: failed('NOT_SHIPPABLE'),
  A002_INVALID_ZONE: failed('NOT_SHIPPABLE'),
  A005_INVALID_COUNTRIES: failed('NOT_SHIPPABLE'),
  A004_CANNOT_USER_COUPON: failed('SUPPLIER_REFUSED'),
};

/** Meanings of codes that the table lacks, by the words in them; the first match counts. */
const words: readonly [RegExp, RefusalMeaning][] = [
  [/ADDRESS/, { kind: 'address' }],
  [/PRICE.*CHANGE|CHANGE.*PRICE/, { kind: 'offer changed', reason: 'SUPPLIER_REFUSED' }],
  [/^SKU_.*(NOT_EXIST|NOT_FOUND|OFF_?SHELF|OFFLINE|DELETED|INVALID)/, failed('VARIANT_GONE')],
  [/STOCK|SOLD_OUT|INVENTORY/, failed('OUT_OF_STOCK')],
  [
    /^(PRODUCT|ITEM|GOODS|SELLER|STORE|SHOP)_.*(NOT_EXIST|NOT_FOUND|OFF_?SHELF|OFFLINE|CLOSED|DELETED)/,
    failed('PRODUCT_GONE'),
  ],
  [/BUYER|ACCOUNT|MEMBER|USER|RISK/, { kind: 'account' }],
];

/** @param code of a Terminal: AliExpress's own, with its prefix, or that of a rule of ours about addresses */
export function refusalMeaning({ code }: Terminal): RefusalMeaning {
  const theirs = code.replace(/^ALIEXPRESS_/, '');
  if (Object.hasOwn(meanings, theirs)) return meanings[theirs] ?? failed('SUPPLIER_REFUSED');
  return words.find(([pattern]) => pattern.test(theirs))?.[1] ?? failed('SUPPLIER_REFUSED');
}
