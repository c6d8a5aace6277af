import type { FailureReason } from '../domain/order.ts';
import type { Terminal } from '../domain/outcome.ts';
import { stopsTheAccount } from '../providers/aliexpress/classify.ts';

/** What a supplier's certain "no" means for the order. */
export type RefusalMeaning =
  | { kind: 'failed'; reason: FailureReason }
  /** The API route is closed to this account before anything was created: the browser may try. */
  | { kind: 'browser' }
  /** Its owner corrects the address and the order goes on. */
  | { kind: 'address' }
  /** The buyer account itself was refused, or our app was: a person looks at it. */
  | { kind: 'account' };

const apiRouteClosed: ReadonlySet<string> = new Set([
  'ALIEXPRESS_INSUFFICIENT_PERMISSION',
  'ALIEXPRESS_INVALID_API_PATH',
  'ALIEXPRESS_INVALID_APP_KEY',
]);

/** Our own mistake, or our app's: no order fails for it. */
const ourMistakes: ReadonlySet<string> = new Set([
  'ALIEXPRESS_INCOMPLETE_SIGNATURE',
  'ALIEXPRESS_MISSING_PARAMETER',
  'ALIEXPRESS_INVALID_PARAMETER',
  'ALIEXPRESS_UNSUPPORTED_PARAM_MAPPING',
]);

const failures: Readonly<Record<string, FailureReason>> = {
  ALIEXPRESS_ITEM_ID_NOT_FOUND: 'PRODUCT_GONE',
  ALIEXPRESS_605: 'PRODUCT_GONE',
  ALIEXPRESS_SKU_NOT_EXIST: 'VARIANT_GONE',
  ALIEXPRESS_BUY_LIMIT_RESOURCE_INSUFFICIENT: 'OUT_OF_STOCK',
  ALIEXPRESS_ITEM_IS_NOT_ALLOWED_TO_THIS_COUNTRY: 'NOT_SHIPPABLE',
  ALIEXPRESS_A002_INVALID_ZONE: 'NOT_SHIPPABLE',
  ALIEXPRESS_A005_INVALID_COUNTRIES: 'NOT_SHIPPABLE',
};

export function meaningOf({ code }: Terminal): RefusalMeaning {
  if (apiRouteClosed.has(code)) return { kind: 'browser' };
  if (stopsTheAccount(code) || ourMistakes.has(code)) return { kind: 'account' };
  if (code.startsWith('ADDRESS_') || code.startsWith('ALIEXPRESS_B_DROPSHIPPER_DELIVERY_ADDRESS'))
    return { kind: 'address' };
  return { kind: 'failed', reason: failures[code] ?? 'SUPPLIER_REFUSED' };
}
