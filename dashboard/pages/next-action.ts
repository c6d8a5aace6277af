import type { FailureReason, Freeze, OrderState, ReviewReason, WaitReason } from '../../domain/order.ts';
import { type Html, html } from '../../runtime/http/html.ts';

type Advice = Html | string;
const rates = html`<a href="/rates">Exchange rates</a>`;
const browser = html`<a href="/browser">Browser</a>`;

/**
 * What a person can do about an order that waits. Where nothing is needed, it says so; where somebody else must do it,
 * who. What is done here has its form or its button on the order’s page, or on the page that is linked.
 */
const forWaiting: Readonly<Record<WaitReason, Advice>> = {
  HOLD: 'Nothing: it is bought when the buyer’s time to cancel is over.',
  FAILED_INSUFFICIENT_FUNDS:
    'Add money to the account that pays. Where the reseller pays, allow more: the order’s page has the form for the limit.',
  DAILY_LIMIT_REACHED:
    'Nothing: it goes on tomorrow (UTC). Whoever runs the program can raise the daily limits in its settings.',
  FX_RATE_MISSING: html`Enter a fresh rate, or confirm one that jumped, under ${rates}. The order goes on by itself.`,
  LISTING_NOT_MAPPED: 'Say which product the listing sells: every order that waits for this listing goes on.',
  ADDRESS_MISSING: 'Nothing where the buyer still chooses it; else ask them, and enter it.',
  ADDRESS_INVALID: 'Correct the fields that the timeline names.',
  RECONNECT_NEEDED:
    'Only the owner can: they log in, and connect the account that the timeline names again. Tell them; or give the order up.',
  SUPPLIER_UNPAID: 'Pay the supplier order on the supplier’s site before its deadline.',
  CANCELLATION_ASKED:
    'Do not pay the supplier order. Accept or decline the cancellation at the marketplace: a declined one lets it go on.',
  ORDER_ABOVE_CAP:
    'Check the order. Give it up; or whoever runs the program raises the limit of one order in its settings, and you wake it.',
  SUPPLIER_REFUND_UNPROVEN: 'See the supplier’s refund, then say under “Decide” what came back: it is bought again.',
  BUYER_ACCOUNT_PAUSED: html`Log in on the supplier’s site, settle what it asks, then release the account under ${browser}.`,
  BROWSER_AUTOMATION_DISABLED: html`See whether ${browser} is switched off. If it is on: the reseller connects the supplier’s API or allows it, or whoever runs the program allows it in its settings.`,
};

const forReview: Readonly<Record<ReviewReason, Advice>> = {
  WRONG_AMOUNT: 'Compare payment and price; refund the buyer or accept the amount.',
  PAID_AFTER_CANCEL: 'The order was dead when the money came: refund the buyer.',
  FEE_CURRENCY: html`Its fee is in a currency without a stored rate. Enter the rate under ${rates}, then have it bought, or fail it.`,
  MONEY_RETURNED: 'Money that had gone back came again: refund the buyer, or have the order bought.',
  PAYMENT_REVERSED: 'The money went back. Answer the dispute; buy nothing more for it.',
  FRAUD_RISK: 'The marketplace warns of fraud: look at the sale there, then cancel or continue.',
  LABEL_BY_MARKETPLACE: 'The marketplace wants its own shipping label: ship by hand or cancel there.',
  SHIPPED_BY_MARKETPLACE: 'The marketplace’s own warehouse ships it: buy nothing, ship nothing, refund nothing.',
  NOT_TO_BE_SHIPPED: 'Nothing is to be sent to this buyer: settle the sale with them at the marketplace.',
  UNKNOWN_STATUS:
    'The marketplace uses a word that we do not know (see the timeline): look there how the sale stands, then decide.',
  UNCONFIRMED_SALE:
    'The sale could not be read back from its channel: check that it exists. It is bought when its channel confirms it.',
  TAKEN_UP_BY_HAND:
    'A person decided about this sale before its marketplace confirmed it: buy it only if the order of then was not sent.',
  SHIPPED_BY_SELLER: 'The sale was sent by somebody before we learnt of it: buy it only if nothing was sent.',
  CANCELLED_AFTER_PURCHASE: 'The buyer cancelled after the goods were bought: agree on return or delivery.',
  REFUND_BY_SELLER: 'Refund the buyer on the marketplace’s own page (link in the timeline).',
  REFUND_AFTER_PURCHASE: 'Goods were ordered for it: cancel them at the supplier first, then refund.',
  REFUND_FAILED: 'The provider did not carry the refund out: look there, then refund by hand.',
  EFFECT_UNPROVEN: 'Look at the provider whether it happened (see Effects), then decide.',
  EFFECT_CONTRADICTED:
    'What was given up has happened (see Effects): say under “Happened after all” what left, then decide about the order.',
  SUPPLIER_NEEDS_ATTENTION: 'Open the order on the supplier’s site: it wants something from its buyer.',
  SUPPLIER_CANCELLED:
    'The supplier has cancelled goods of an order that it has not closed: look there what comes and what it gives back. Go on, and it is followed until it is closed; or refund the buyer.',
  SUPPLIER_CURRENCY: html`The supplier counts in another currency. Nothing bought: enter a rate for it under ${rates}, and buy again. Bought: check the cost.`,
  BUYER_ERASED:
    'The buyer left eBay and nothing may be sent to them: look whether it was bought, then refund the sale.',
  TOO_LATE_TO_BUY:
    'It waited for too long, or should have been sent by now: agree with the buyer, then buy it again, or fail it and refund.',
  UNREADABLE_ANSWER:
    'A provider’s answer could not be read for an hour: read it under Evidence, look there how it stands, then decide.',
  UNREADABLE_SALE:
    'Sold, and the marketplace’s answer cannot be read: read it under Evidence, then buy and ship it by hand, or cancel it there. It becomes an ordinary order by itself when it can be read.',
  PROGRAM_ERROR: 'A bug stopped it: see the log lines of its job, then decide.',
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
  DISPUTE: 'Answer the dispute at the channel: it ends when that is decided there.',
  CONTRADICTION: 'Look at the provider what left, and say it under “Happened after all”: it ends with that.',
  CANCELLATION_ASKED: 'It ends by itself when the cancellation is accepted or declined at the marketplace.',
  REFUND_PENDING: 'Nothing: it ends when PayPal says what became of the refund.',
  PAYMENT_REVERSED: 'Nothing is bought for it: decide about the order. Its sale is worth what is left of the payment.',
  MARKETPLACE_REFUND: 'Look at the marketplace how much it gave back, and say it under “Decide”.',
  SUPPLIER_CANCELLED: 'See the supplier’s refund, and say under “Decide” what came back.',
};
export const wayOut = (frozenFor: Freeze): string => forFrozen[frozenFor];

const byState: { readonly [State in OrderState]?: Readonly<Record<string, Advice>> } = {
  WAITING: forWaiting,
  NEEDS_REVIEW: forReview,
  FAILED: forFailed,
};

/** The next thing a person can do about an order; nothing where it goes on, or has ended, by itself. */
export function nextAction(order: {
  status: OrderState;
  reason?: string | null | undefined;
  waitReason?: string | null | undefined;
}): Advice | undefined {
  const reason = order.waitReason ?? order.reason;
  return reason ? byState[order.status]?.[reason] : undefined;
}
