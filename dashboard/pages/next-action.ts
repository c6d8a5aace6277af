import type { FailureReason, Freeze, OrderState, ReviewReason, WaitReason } from '../../domain/order.ts';
import { type Html, html } from '../../runtime/http/html.ts';

type Advice = Html | string;
const rates = html`<a href="/rates">Exchange rates</a>`;
const browser = html`<a href="/browser">Browser</a>`;

/**
 * What a person can do about an order that waits. The text says so when nothing is needed, and names the person when it
 * is another. An action that is done here has its form or button on the order’s page, or on the page that is linked.
 */
const forWaiting: Readonly<Record<WaitReason, Advice>> = {
  HOLD: 'Nothing: the order is bought when the buyer’s time to cancel is over.',
  FAILED_INSUFFICIENT_FUNDS:
    'Add money to the account that pays. Where the reseller pays, allow more: the order’s page has the form for the limit.',
  DAILY_LIMIT_REACHED:
    'Nothing: the order goes on tomorrow (UTC). The person who runs the program can raise the daily limits in its settings.',
  FX_RATE_MISSING: html`Enter a fresh rate, or confirm one that jumped, under ${rates}. The order goes on by itself.`,
  LISTING_NOT_MAPPED: 'Say which product the listing sells: every order that waits for this listing goes on.',
  ADDRESS_MISSING: 'Nothing if the buyer is still choosing it; otherwise ask the buyer, and enter it.',
  ADDRESS_INVALID: 'Correct the fields that the timeline names.',
  RECONNECT_NEEDED:
    'Only the owner can help: ask them to log in and to connect the account that the timeline names again. Or give the order up.',
  SUPPLIER_UNPAID: 'Pay the supplier order on the supplier’s site before its deadline.',
  CANCELLATION_ASKED:
    'Do not pay the supplier order. Accept or decline the cancellation at the marketplace: after a decline the order goes on.',
  ORDER_ABOVE_CAP:
    'Check the order. Then give it up; or have the limit of one order raised in the program’s settings, and wake the order.',
  SUPPLIER_REFUND_UNPROVEN:
    'Check the supplier’s refund, then enter under “Decide” what came back: the order is bought again.',
  BUYER_ACCOUNT_PAUSED: html`Log in on the supplier’s site, do what it asks, then release the account under ${browser}.`,
  BROWSER_AUTOMATION_DISABLED: html`Check whether ${browser} is switched off. If it is on, the reseller must connect the supplier’s API or allow browser buying; or it is allowed in the program’s settings.`,
};

const forReview: Readonly<Record<ReviewReason, Advice>> = {
  WRONG_AMOUNT: 'Compare payment and price; refund the buyer or accept the amount.',
  PAID_AFTER_CANCEL: 'The order was already cancelled when the money came: refund the buyer.',
  FEE_CURRENCY: html`The channel’s fee is in a currency without a stored rate. Enter the rate under ${rates}, then have the order bought, or fail it.`,
  MONEY_RETURNED: 'Refunded money came back: refund the buyer again, or have the order bought.',
  PAYMENT_REVERSED:
    'The payment was refunded or reversed, or is disputed. Answer an open dispute; buy nothing more for the order.',
  FRAUD_RISK: 'The marketplace warns of fraud: look at the sale there, then cancel or continue.',
  LABEL_BY_MARKETPLACE: 'The marketplace wants its own shipping label: ship by hand or cancel there.',
  SHIPPED_BY_MARKETPLACE: 'The marketplace’s own warehouse ships it: buy nothing, ship nothing, refund nothing.',
  NOT_TO_BE_SHIPPED: 'Nothing is to be sent to this buyer: settle the sale with them at the marketplace.',
  UNKNOWN_STATUS:
    'The marketplace uses a word that we do not know (see the timeline): look there for the state of the sale, then decide.',
  UNCONFIRMED_SALE:
    'The sale could not be read back from its channel: check that it exists. It is bought when its channel confirms it.',
  TAKEN_UP_BY_HAND:
    'A person decided about this sale before its marketplace confirmed it: buy it only if nothing was sent after that decision.',
  SHIPPED_BY_SELLER: 'The sale was already marked as shipped when we learnt of it: buy it only if nothing was sent.',
  CANCELLED_AFTER_PURCHASE: 'The buyer cancelled after the goods were bought: agree on return or delivery.',
  REFUND_BY_SELLER: 'Refund the buyer on the marketplace’s own page (link in the timeline).',
  REFUND_AFTER_PURCHASE: 'Goods are ordered: cancel them at the supplier first, then refund the buyer.',
  REFUND_FAILED: 'The provider did not carry the refund out: look there, then refund by hand.',
  EFFECT_UNPROVEN: 'Look at the provider whether the call happened (see Effects), then decide.',
  EFFECT_CONTRADICTED:
    'A call that was given up has happened (see Effects): enter under “Happened after all” what left, then decide about the order.',
  SUPPLIER_NEEDS_ATTENTION: 'Open the order on the supplier’s site: it wants something from its buyer.',
  SUPPLIER_CANCELLED:
    'The supplier has cancelled some goods of an order that is still open: look there which goods arrive and what is refunded. Let the order go on, and it is tracked until the supplier closes it; or refund the buyer.',
  SUPPLIER_CURRENCY: html`The supplier’s price is in another currency. If nothing was bought, enter a rate for it under ${rates}, and buy again. If it was bought, check the cost.`,
  BUYER_ERASED:
    'The buyer was erased, and nothing may be sent to them: check whether the goods were bought, then refund the sale.',
  TOO_LATE_TO_BUY:
    'The order waited for too long, or should have been sent by now: agree with the buyer, then buy it, or fail it and refund.',
  UNREADABLE_ANSWER:
    'A provider’s answer could not be read for an hour: read it under Evidence, look at the provider for the present state, then decide.',
  UNREADABLE_SALE:
    'The sale is real, but the marketplace’s answer cannot be read by us: read it under Evidence, then buy and ship it by hand, or cancel it there. It becomes an ordinary order by itself when it can be read.',
  PROGRAM_ERROR: 'A bug in the program stopped the order: see the log lines of its job, then decide.',
};

const forFailed: Readonly<Record<FailureReason, string>> = {
  UNPROFITABLE: 'The price does not cover the cost. Refund the buyer.',
  OUT_OF_STOCK: 'The supplier has none left. Refund the buyer.',
  PRICE_ABOVE_MAXIMUM: 'The supplier’s price is above the product’s maximum. Refund the buyer.',
  VARIANT_GONE: 'The supplier no longer offers this variant. Refund the buyer.',
  PRODUCT_GONE: 'The supplier no longer offers this product. Refund the buyer.',
  NOT_SHIPPABLE: 'The supplier does not ship to this address. Refund the buyer.',
  SUPPLIER_REFUSED: 'The supplier refused; the timeline has its code. Refund the buyer.',
  DECIDED_BY_PERSON: 'A person has given it up; the timeline says why. Refund the buyer.',
  SUPPLIER_PAYMENT_EXPIRED: 'Nobody paid the supplier in time. Refund the buyer.',
};

/** How a freeze ends. */
const forFrozen: Readonly<Record<Freeze, string>> = {
  DISPUTE: 'Answer the dispute at the channel: the freeze ends when the dispute is decided.',
  CONTRADICTION: 'Look at the provider what left, and enter it under “Happened after all”: that ends the freeze.',
  CANCELLATION_ASKED: 'The freeze ends by itself when the cancellation is accepted or declined at the marketplace.',
  REFUND_PENDING: 'Nothing: the freeze ends when PayPal reports the result of the refund.',
  PAYMENT_REVERSED:
    'Decide about the order: nothing is bought for it, and its sale is worth what is left of the payment.',
  MARKETPLACE_REFUND: 'Look at the marketplace how much was refunded, and enter it under “Decide”.',
  SUPPLIER_CANCELLED: 'Check the supplier’s refund, and enter under “Decide” what came back.',
};
export const wayOut = (frozenFor: Freeze): string => forFrozen[frozenFor];

const byState: { readonly [State in OrderState]?: Readonly<Record<string, Advice>> } = {
  WAITING: forWaiting,
  NEEDS_REVIEW: forReview,
  FAILED: forFailed,
};

/** The next thing a person can do about an order; undefined when it goes on by itself, or has ended. */
export function nextAction(order: {
  status: OrderState;
  reason?: string | null | undefined;
  waitReason?: string | null | undefined;
}): Advice | undefined {
  const reason = order.waitReason ?? order.reason;
  return reason ? byState[order.status]?.[reason] : undefined;
}
