/**
 * An order's road.
 *
 *   CREATED ──► PAID ──► PURCHASING ──► PURCHASED ──► SHIPPED ──► DELIVERED
 *      │          │  ▲        │  ▲           │
 *      │          ▼  │        ▼  │           │
 *      │        WAITING ◄─────────┘           │       WAITING is for what can still come right, by itself or by a
 *      ▼          │                           │       person; its reason says which queue takes the order up again.
 *   CANCELLED   FAILED ──► REFUNDING ──► REFUNDED
 *
 * FAILED is final and earned: only a provider's certain "no" or a rule of ours leads there, and only FAILED leads to
 * REFUNDING. A refund may be reversed (a chargeback that is won): then a person decides about the REFUNDED order.
 * NEEDS_REVIEW is where everything goes that cannot be proven; only a person leads out of it. PURCHASED and SHIPPED may
 * come back to WAITING when the supplier changes its mind.
 */
import type { StateTable } from './state-table.ts';

export const orderStates = [
  'CREATED',
  'PAID',
  'WAITING',
  'PURCHASING',
  'PURCHASED',
  'SHIPPED',
  'DELIVERED',
  'FAILED',
  'REFUNDING',
  'REFUNDED',
  'CANCELLED',
  'NEEDS_REVIEW',
] as const;
export type OrderState = (typeof orderStates)[number];

export const orderMoves: StateTable<OrderState> = {
  CREATED: ['PAID', 'WAITING', 'CANCELLED', 'NEEDS_REVIEW'],
  PAID: ['WAITING', 'PURCHASING', 'FAILED', 'CANCELLED', 'NEEDS_REVIEW'],
  WAITING: ['PAID', 'WAITING', 'PURCHASING', 'PURCHASED', 'FAILED', 'CANCELLED', 'NEEDS_REVIEW'],
  PURCHASING: ['WAITING', 'PURCHASED', 'FAILED', 'CANCELLED', 'NEEDS_REVIEW'],
  PURCHASED: ['SHIPPED', 'DELIVERED', 'WAITING', 'NEEDS_REVIEW'],
  SHIPPED: ['DELIVERED', 'WAITING', 'NEEDS_REVIEW'],
  DELIVERED: ['NEEDS_REVIEW'],
  FAILED: ['REFUNDING', 'NEEDS_REVIEW'],
  REFUNDING: ['REFUNDED', 'NEEDS_REVIEW'],
  REFUNDED: ['NEEDS_REVIEW'],
  CANCELLED: ['NEEDS_REVIEW'],
  NEEDS_REVIEW: ['PAID', 'WAITING', 'PURCHASING', 'PURCHASED', 'FAILED', 'CANCELLED'],
};

/**
 * The queue that takes a waiting order up again, and what wakes it: the time, or an action of a person. A waiting order
 * has no money reserved, unless its goods are ordered or may be: an order that resumes with the purchase and has
 * released its money passes `fulfill` first.
 */
type Wait = {
  readonly resumes: 'fulfill' | 'purchase' | 'purchase-fallback' | 'track-shipment';
  readonly wokenBy: 'time' | 'action';
};

export const waits = {
  /** Time for the buyer to change their mind: AliExpress orders cannot be cancelled through its API. */
  HOLD: { resumes: 'fulfill', wokenBy: 'time' },
  /** The account that pays the supplier has too little money. The code is the one that users know. */
  FAILED_INSUFFICIENT_FUNDS: { resumes: 'fulfill', wokenBy: 'time' },
  /** The order costs more than one order may; a person raises the cap, or cancels the sale. */
  ORDER_ABOVE_CAP: { resumes: 'fulfill', wokenBy: 'action' },
  DAILY_LIMIT_REACHED: { resumes: 'fulfill', wokenBy: 'time' },
  FX_RATE_MISSING: { resumes: 'fulfill', wokenBy: 'time' },
  LISTING_NOT_MAPPED: { resumes: 'fulfill', wokenBy: 'action' },
  /** The marketplace may give the address later, or the order's owner enters it. */
  ADDRESS_MISSING: { resumes: 'fulfill', wokenBy: 'time' },
  /** The supplier's country rules refuse the address; its owner corrects it. */
  ADDRESS_INVALID: { resumes: 'fulfill', wokenBy: 'action' },
  /** The reseller's supplier account must be connected again. */
  RECONNECT_NEEDED: { resumes: 'purchase', wokenBy: 'action' },
  /** A cancellation is requested and not decided: goods may be ordered already, but must not be paid for. */
  CANCELLATION_ASKED: { resumes: 'purchase', wokenBy: 'time' },
  /** Placed at the supplier, not paid there yet. Somebody pays on the site; we look again until its deadline. */
  SUPPLIER_UNPAID: { resumes: 'purchase', wokenBy: 'time' },
  /**
   * The supplier cancelled goods that were paid for; a person has to see the refund before anything is bought again.
   * Meanwhile the supplier orders that were not cancelled are followed.
   */
  SUPPLIER_REFUND_UNPROVEN: { resumes: 'track-shipment', wokenBy: 'action' },
  /** The website asks for a person: a captcha, a code, an unknown page. Resumes when the account is released. */
  BUYER_ACCOUNT_PAUSED: { resumes: 'purchase-fallback', wokenBy: 'time' },
  /** No API connection, and buying through the browser is switched off. Looked at again: both can change. */
  BROWSER_AUTOMATION_DISABLED: { resumes: 'purchase', wokenBy: 'time' },
} as const satisfies Record<string, Wait>;

export type WaitReason = keyof typeof waits;

/** Waits for an account to be put right, before or after the purchase. Only before it, the order releases its money. */
export const forAnAccount: ReadonlySet<WaitReason> = new Set<WaitReason>([
  'RECONNECT_NEEDED',
  'BUYER_ACCOUNT_PAUSED',
  'BROWSER_AUTOMATION_DISABLED',
]);

/**
 * These waits end by an action on something else than the order: a listing, an account. The action may fall between the
 * check that missed it and the commit of the wait, so these waits are checked once more.
 */
export const resolvedElsewhere: ReadonlySet<WaitReason> = new Set<WaitReason>([
  'LISTING_NOT_MAPPED',
  'RECONNECT_NEEDED',
]);
export const waitReasons = Object.keys(waits) as readonly WaitReason[];

/** Why an order is finally FAILED. */
export type FailureReason =
  | 'UNPROFITABLE'
  | 'OUT_OF_STOCK'
  | 'PRICE_ABOVE_MAXIMUM'
  | 'VARIANT_GONE'
  | 'PRODUCT_GONE'
  | 'NOT_SHIPPABLE'
  | 'SUPPLIER_REFUSED'
  | 'SUPPLIER_PAYMENT_EXPIRED'
  | 'DECIDED_BY_PERSON';

/** Why a person must look. */
export type ReviewReason =
  | 'WRONG_AMOUNT'
  | 'PAID_AFTER_CANCEL'
  | 'PAYMENT_REVERSED'
  | 'MONEY_RETURNED'
  | 'FEE_CURRENCY'
  | 'FRAUD_RISK'
  | 'LABEL_BY_MARKETPLACE'
  | 'SHIPPED_BY_MARKETPLACE'
  | 'NOT_TO_BE_SHIPPED'
  | 'UNKNOWN_STATUS'
  | 'UNCONFIRMED_SALE'
  | 'TAKEN_UP_BY_HAND'
  | 'SHIPPED_BY_SELLER'
  | 'CANCELLED_AFTER_PURCHASE'
  | 'REFUND_BY_SELLER'
  | 'REFUND_AFTER_PURCHASE'
  | 'REFUND_FAILED'
  | 'EFFECT_UNPROVEN'
  | 'EFFECT_CONTRADICTED'
  | 'SUPPLIER_NEEDS_ATTENTION'
  | 'SUPPLIER_CANCELLED'
  | 'SUPPLIER_CURRENCY'
  | 'BUYER_ERASED'
  | 'TOO_LATE_TO_BUY'
  | 'UNREADABLE_ANSWER'
  | 'UNREADABLE_SALE'
  | 'PROGRAM_ERROR';

export type Holder = 'platform' | 'reseller';
/** Whose money it is, frozen when the order is created (from the connections' settings). */
export type Custody = { readonly proceedsHeldBy: Holder; readonly supplierPaidBy: Holder };

/**
 * Why no money of an order moves. An order names one of them. A later one is not written over it, save a dispute, which
 * outranks the others: whoever ends a freeze asks `freezeLeft` what holds the order all the same.
 */
export const freezes = [
  'DISPUTE',
  /** An effect that was given up as not happened has happened. */
  'CONTRADICTION',
  'CANCELLATION_ASKED',
  'REFUND_PENDING',
  'PAYMENT_REVERSED',
  'MARKETPLACE_REFUND',
  'SUPPLIER_CANCELLED',
] as const;
export type Freeze = (typeof freezes)[number];

/** What an order that is held for `standing` names when it is to be held for `why` too. */
export const namedFreeze = (standing: Freeze | null | undefined, why: Freeze): Freeze =>
  why === 'DISPUTE' ? why : (standing ?? why);
