/**
 * Translates eBay's statuses of an order into ours. An unknown one does not count as paid, and goes to a person.
 * https://developer.ebay.com/api-docs/sell/fulfillment/types/sel:OrderPaymentStatusEnum, sel:CancelStateEnum,
 * sel:PaymentStatusEnum
 */
import { rowOf } from '../gate/checked-call.ts';
import type { WirePayment, WireProgram } from './schema.ts';

export type EbayMoneyState = 'none' | 'paid' | 'partly back' | 'back' | 'unknown';

const moneyByStatus: Readonly<Record<string, EbayMoneyState>> = {
  PENDING: 'none',
  FAILED: 'none',
  PAID: 'paid',
  PARTIALLY_REFUNDED: 'partly back',
  FULLY_REFUNDED: 'back',
};

/** An order that is called paid must have a paid payment, if its payments are listed. */
export function moneyOf(orderPaymentStatus: string, payments: readonly WirePayment[]): EbayMoneyState {
  const state = rowOf(moneyByStatus, orderPaymentStatus) ?? 'unknown';
  if (state !== 'paid' || payments.length === 0) return state;
  return payments.some(({ paymentStatus }) => paymentStatus === 'PAID') ? 'paid' : 'unknown';
}

export type Cancellation = 'none' | 'asked' | 'cancelled' | 'unknown';

const cancellations: Readonly<Record<string, Cancellation>> = {
  NONE_REQUESTED: 'none',
  IN_PROGRESS: 'asked',
  CANCELED: 'cancelled',
};

export const cancellationOf = (cancelState: string): Cancellation => rowOf(cancellations, cancelState) ?? 'unknown';

/** The money is with eBay, and stays there for now. */
const held = ['HELD', 'HELD_PENDING', 'RELEASE_FAILED'];

/**
 * eBay holds the money of new sellers and of poor ones as a matter of course, until the buyer has the goods: that is
 * harmless. A hold for a case (`EbpCaseOpen`) says that the buyer wants the money back.
 * https://developer.ebay.com/devzone/xml/docs/reference/ebay/types/PaymentHoldReasonCodeType.html
 */
const forCase = /case|claim|dispute|chargeback|return|not[_ ]?as[_ ]?described/i;

/** The hold on the money because of a buyer's claim, in eBay's words. */
export const contestedBy = (payments: readonly WirePayment[]): string | undefined =>
  payments
    .flatMap(({ paymentHolds = [] }) => paymentHolds)
    .filter(({ holdState = 'HELD', holdReason = '' }) => held.includes(holdState) && forCase.test(holdReason))
    .map(({ holdReason, holdState = 'HELD' }) => `${holdReason} (${holdState})`)
    .at(0);

/**
 * Who packs the parcel and sends it.
 *
 *   seller       as the seller likes: it can be bought and sent by somebody else
 *   label        the seller, with eBay's own label on the parcel
 *   marketplace  eBay, from a warehouse of its own
 *   nobody       the buyer fetches it from a shop, or it is no thing at all
 */
export type EbaySender = 'seller' | 'label' | 'marketplace' | 'nobody' | 'unknown';

/** https://developer.ebay.com/api-docs/sell/fulfillment/types/sel:FulfillmentInstructionsType */
const sendersByInstructions: Readonly<Record<string, EbaySender>> = {
  SHIP_TO: 'seller',
  SELLER_DEFINED: 'seller',
  FULFILLED_BY_EBAY: 'marketplace',
  PREPARE_FOR_PICKUP: 'nobody',
  DIGITAL: 'nobody',
};

export function senderOf(instructions: string | undefined, program: WireProgram = {}): EbaySender {
  if (program.fulfillmentProgram?.fulfilledBy === 'EBAY') return 'marketplace';
  if (program.ebayShipping?.shippingLabelProvidedBy === 'EBAY') return 'label';
  return rowOf(sendersByInstructions, instructions ?? 'SHIP_TO') ?? 'unknown';
}
