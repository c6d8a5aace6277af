/** Covers: providers/ebay/status.ts, providers/mercadolibre/order.ts, providers/mercadolibre/payment.ts, providers/mercadolibre/logistics.ts. */
import { expect } from 'chai';
import * as ebay from '../../providers/ebay/status.ts';
import { senderOf } from '../../providers/mercadolibre/logistics.ts';
import { saleStates } from '../../providers/mercadolibre/order.ts';
import { type MercadoLibreMoneyState, moneyStateOf } from '../../providers/mercadolibre/payment.ts';

describe('the words of a MercadoLibre payment', () => {
  const rows: readonly [status: string | undefined, detail: string | undefined, standing: MercadoLibreMoneyState][] = [
    ['approved', 'accredited', 'received'],
    ['approved', 'partially_refunded', 'received'],
    ['approved', 'a_new_detail', 'received'],
    ['partially_refunded', undefined, 'received'],
    ['pending', 'pending_waiting_payment', 'none'],
    ['pending', 'pending_challenge', 'none'],
    ['in_process', 'pending_review_manual', 'none'],
    ['authorized', 'pending_capture', 'none'],
    ['rejected', 'cc_rejected_high_risk', 'none'],
    ['cancelled', 'expired', 'none'],
    ['canceled', 'by_payer', 'none'],
    ['in_mediation', undefined, 'contested'],
    ['charged_back', 'in_process', 'contested'],
    ['charged_back', undefined, 'contested'],
    ['charged_back', 'a_new_detail', 'contested'],
    ['charged_back', 'settled', 'gone'],
    ['charged_back', 'reimbursed', 'received'],
    ['refunded', 'refunded', 'gone'],
    ['refunded', 'by_admin', 'gone'],
    ['vanished', undefined, 'unknown'],
    ['constructor', undefined, 'unknown'],
    [undefined, undefined, 'unknown'],
  ];
  for (const [status, detail, standing] of rows)
    it(`say ${standing}: ${status ?? 'no status'} (${detail ?? 'no detail'})`, () =>
      expect(moneyStateOf({ ...(status ? { status } : {}), ...(detail ? { status_detail: detail } : {}) })).to.equal(
        standing,
      ));
});

describe('the words of an order', () => {
  it('are known, as far as MercadoLibre documents them', () =>
    expect(saleStates).to.deep.equal({
      confirmed: 'unpaid',
      payment_required: 'unpaid',
      payment_in_process: 'unpaid',
      partially_paid: 'unpaid',
      paid: 'paid',
      partially_refunded: 'paid',
      pending_cancel: 'cancel asked',
      cancelled: 'cancelled',
      invalid: 'cancelled',
    }));

  const payments = (...all: string[]) => all.map(paymentStatus => ({ paymentStatus }));
  const money: readonly [status: string, payments: string[], standing: ebay.EbayMoneyState][] = [
    ['PAID', [], 'paid'],
    ['PAID', ['PAID'], 'paid'],
    ['PAID', ['FAILED', 'PAID'], 'paid'],
    ['PAID', ['PENDING'], 'unknown'],
    ['PAID', ['FAILED'], 'unknown'],
    ['PAID', ['SOMETHING_NEW'], 'unknown'],
    ['PENDING', ['PENDING'], 'none'],
    ['FAILED', ['FAILED'], 'none'],
    ['PARTIALLY_REFUNDED', ['PAID'], 'partly back'],
    ['FULLY_REFUNDED', ['PAID'], 'back'],
    ['SOMETHING_NEW', ['PAID'], 'unknown'],
    ['toString', ['PAID'], 'unknown'],
  ];
  for (const [status, told, standing] of money)
    it(`of eBay’s say ${standing}: ${status}, paid by ${told.join(' and ') || 'nothing that is told'}`, () =>
      expect(ebay.moneyOf(status, payments(...told))).to.equal(standing));

  const holds: readonly [reason: string | undefined, state: string | undefined, contested: boolean][] = [
    ['EbpCaseOpen', 'HELD', true],
    ['EBP_CASE_OPEN', 'HELD_PENDING', true],
    ['Payment dispute', 'RELEASE_FAILED', true],
    ['Item not as described', undefined, true],
    ['RETURN_OPEN', 'HELD', true],
    ['EbpCaseOpen', 'RELEASED', false],
    ['EbpCaseOpen', 'RELEASE_PENDING', false],
    ['EbpCaseOpen', 'RELEASE_CONFIRMED', false],
    ['EbpCaseOpen', 'NOT_HELD', false],
    ['NewSeller', 'HELD', false],
    ['BelowStandardSeller', 'HELD', false],
    ['Other', 'HELD', false],
    [undefined, 'HELD', false],
  ];
  for (const [holdReason, holdState, contested] of holds)
    it(`of eBay’s ${contested ? 'tell' : 'do not tell'} of a contest: ${holdReason ?? 'no reason'}, ${holdState ?? 'no state'}`, () => {
      const hold = { ...(holdReason ? { holdReason } : {}), ...(holdState ? { holdState } : {}) };
      expect(ebay.contestedBy([{ paymentStatus: 'PAID' }, { paymentHolds: [hold] }]) !== undefined).to.equal(contested);
    });

  for (const [word, cancellation] of [
    ['NONE_REQUESTED', 'none'],
    ['IN_PROGRESS', 'asked'],
    ['CANCELED', 'cancelled'],
    ['CANCEL_SOMEHOW', 'unknown'],
  ] as const)
    it(`of eBay’s say of a cancellation: ${word} is ${cancellation}`, () =>
      expect(ebay.cancellationOf(word)).to.equal(cancellation));
});

describe('who sends a parcel', () => {
  const mercadolibre = [
    ['me1', 'default', 'seller'],
    ['custom', undefined, 'seller'],
    ['not_specified', undefined, 'seller'],
    ['me2', 'drop_off', 'label'],
    ['me2', 'xd_drop_off', 'label'],
    ['me2', 'cross_docking', 'label'],
    ['me2', 'self_service', 'label'],
    ['me2', 'turbo', 'label'],
    ['me2', undefined, 'label'],
    ['me2', 'fulfillment', 'marketplace'],
    ['me3', 'default', 'unknown'],
  ] as const;
  for (const [mode, type, sender] of mercadolibre)
    it(`is ${sender} for MercadoLibre’s ${mode}/${type ?? 'no type'}`, () =>
      expect(senderOf(mode, type)).to.equal(sender));

  const onEbay: readonly [what: string, instructions: string | undefined, program: object, sender: ebay.EbaySender][] =
    [
      ['an ordinary order', 'SHIP_TO', {}, 'seller'],
      ['one without instructions', undefined, {}, 'seller'],
      ['freight', 'SELLER_DEFINED', {}, 'seller'],
      ['a pick-up in a shop', 'PREPARE_FOR_PICKUP', {}, 'nobody'],
      ['a download', 'DIGITAL', {}, 'nobody'],
      ['eBay’s warehouse', 'SHIP_TO', { fulfillmentProgram: { fulfilledBy: 'EBAY' } }, 'marketplace'],
      ['eBay’s warehouse, in the instructions', 'FULFILLED_BY_EBAY', {}, 'marketplace'],
      ['eBay’s label', 'SHIP_TO', { ebayShipping: { shippingLabelProvidedBy: 'EBAY' } }, 'label'],
      ['a word that nobody knows', 'BY_DRONE', {}, 'unknown'],
    ];
  for (const [what, instructions, program, sender] of onEbay)
    it(`is ${sender} for ${what} at eBay`, () => expect(ebay.senderOf(instructions, program)).to.equal(sender));
});
