/** Covers: providers/ebay/schema.ts, providers/mercadolibre/schema.ts. */
import { expect } from 'chai';
import { applyPatch, type Operation } from 'rfc6902';
import { Unreadable } from '../../domain/call-outcome.ts';
import type { EbayOrder } from '../../providers/ebay/order.ts';
import * as ebay from '../../providers/ebay/order.ts';
import { decode, read } from '../../providers/gate/checked-call.ts';
import type { MercadoLibreOrder } from '../../providers/mercadolibre/order.ts';
import * as mercadolibre from '../../providers/mercadolibre/order.ts';
import { type Breakage, breakagesOf } from '../support/broken-answers.ts';

const usd = (value: string) => ({ value, currency: 'USD' });
/** As eBay shows one that has everything. */
const ebayOrder = {
  orderId: '12-34567-89012',
  creationDate: '2026-09-01T08:00:00.000Z',
  lastModifiedDate: '2026-09-02T08:00:00.000Z',
  orderFulfillmentStatus: 'NOT_STARTED',
  orderPaymentStatus: 'PARTIALLY_REFUNDED',
  buyer: { username: 'buyer' },
  cancelStatus: { cancelState: 'NONE_REQUESTED', cancelRequests: [] },
  paymentSummary: {
    payments: [
      {
        paymentStatus: 'PAID',
        paymentHolds: [{ holdState: 'HELD', holdReason: 'EbpCaseOpen', holdAmount: usd('1.00') }],
      },
    ],
    refunds: [
      { refundId: '51', refundStatus: 'REFUNDED', refundDate: '2026-09-02T08:00:00.000Z', amount: usd('4.31') },
      { refundId: '52', refundStatus: 'PENDING', amount: usd('1.00') },
    ],
  },
  program: { fulfillmentProgram: { fulfilledBy: 'SOMEBODY' }, ebayShipping: { shippingLabelProvidedBy: 'SELLER' } },
  fulfillmentStartInstructions: [
    {
      fulfillmentInstructionsType: 'SHIP_TO',
      shippingStep: {
        shipTo: {
          fullName: 'A B',
          contactAddress: { addressLine1: '1 St', city: 'X', stateOrProvince: 'Y', postalCode: '1', countryCode: 'US' },
          primaryPhone: { phoneNumber: '+1 555' },
          email: 'a@b.c',
        },
      },
    },
  ],
  lineItems: [
    {
      lineItemId: '1',
      legacyItemId: '2',
      legacyVariationId: '3',
      sku: 'S',
      title: 'Lamp',
      quantity: 2,
      lineItemCost: usd('29.99'),
      discountedLineItemCost: usd('25.99'),
      deliveryCost: { shippingCost: usd('5.00') },
      ebayCollectAndRemitTaxes: [{ taxType: 'STATE_SALES_TAX', amount: usd('2.08') }],
      refunds: [{ refundId: '51', refundDate: '2026-09-02T08:00:00.000Z', amount: usd('5.00') }],
    },
    { lineItemId: '4', legacyItemId: '5', quantity: 1, lineItemCost: usd('9.99'), refunds: [] },
  ],
  totalMarketplaceFee: usd('4.21'),
};

const mercadoLibreOrder = {
  id: 2000003508419013,
  status: 'paid',
  date_created: '2026-09-01T08:00:00.000-04:00',
  tags: ['paid', 'not_delivered', 'fraud_risk_detected'],
  currency_id: 'CLP',
  seller: { id: 266272126 },
  shipping: { id: 40000000001 },
  pack_id: 2000003508500000,
  order_items: [{ item: { id: 'MLC1', variation_id: 174390848923 }, quantity: 2, unit_price: 29990, sale_fee: 4198 }],
  payments: [
    { status: 'rejected', status_detail: 'cc_rejected', transaction_amount: 59980, currency_id: 'CLP' },
    {
      status: 'charged_back',
      status_detail: 'in_process',
      currency_id: 'CLP',
      transaction_amount: 59980,
      transaction_amount_refunded: 1000,
    },
  ],
};

const call = { provider: 'ebay', ...read, gate: undefined } as const;
const broken = (document: object, { patch }: Breakage): unknown => {
  const copy = structuredClone(document);
  const failed = applyPatch(copy, patch as Operation[]).find(error => error !== null);
  if (failed) throw failed;
  return copy;
};

/** What decides: whatever of it a broken answer still says, it says as before, or not at all. */
const ofEbay = ({ lines, ...order }: EbayOrder) => {
  const { orderId, money, contestedBy, cancellation, sender, fulfillmentStatus, refunds } = order;
  const read = lines.map(({ lineItemId, legacyItemId, quantity, total, refunds: back }) => ({
    ...{ lineItemId, legacyItemId, quantity, total, back },
  }));
  return { orderId, money, contestedBy, cancellation, sender, fulfillmentStatus, refunds, lines: read };
};
const ofMercadoLibre = ({ orderId, sale, currency, items, payments, fraudRisk, shippingId }: MercadoLibreOrder) => ({
  ...{ orderId, sale, currency, payments, fraudRisk, shippingId },
  lines: items.map(({ itemId, quantity, total }) => ({ itemId, quantity, total })),
});

const readers = [
  {
    name: 'an order of eBay',
    document: ebayOrder,
    facts: (body: string) => ofEbay(decode(call, ebay.orderSchema, body)),
    /** Words, names and amounts: another one is another fact. What is absent says that there is none. */
    isFact:
      /orderId|Status|cancelState|lineItemId|legacyItemId|quantity|value|currency|Cost|amount|refund|payments|hold|program|fulfilledBy|Provided|Instructions|lineItems/i,
  },
  {
    name: 'an order of MercadoLibre',
    document: mercadoLibreOrder,
    facts: (body: string) => ofMercadoLibre(decode(call, mercadolibre.orderSchema, body)),
    isFact: /\/id$|status|currency_id|quantity|unit_price|transaction|payments|tags|order_items|shipping/,
  },
] as const;

/** An object or a list where neither is. */
const isJunk = ([change]: Breakage['patch']): boolean => change?.op === 'replace' && typeof change.value === 'object';

for (const { name, document, facts, isFact } of readers)
  describe(`${name}, however it is broken`, () => {
    const whole = facts(JSON.stringify(document));
    const outcomeOf = (breakage: Breakage): 'unreadable' | 'as before' | 'other' => {
      try {
        const read = facts(JSON.stringify(broken(document, breakage)));
        return isEqual(read, whole) ? 'as before' : 'other';
      } catch (error) {
        if (!(error instanceof Unreadable)) throw new Error(`${breakage.what}: ${String(error)}`, { cause: error });
        expect(error.answer).to.be.a('string');
        return 'unreadable';
      }
    };
    const all = breakagesOf(document);

    it('is read, or is an answer that cannot be read: never a bug of ours', () => {
      const outcomes = all.map(outcomeOf);
      for (const outcome of ['unreadable', 'as before', 'other']) expect(outcomes).to.include(outcome);
    });

    it('says what it said where the broken field decides nothing', () => {
      const changed = all.filter(breakage => !isFact.test(breakage.path) && outcomeOf(breakage) === 'other');
      expect(changed.map(({ what }) => what)).to.deep.equal([]);
    });

    it('says nothing else where something is no word, name or amount at all: it is not guessed', () => {
      const junk = all.filter(({ path, patch }) => isLeaf(document, path) && patch[0]?.value !== null && isJunk(patch));
      expect(junk.filter(one => outcomeOf(one) === 'other').map(({ what }) => what)).to.deep.equal([]);
    });

    it('keeps every price, or cannot be read: only a discount or a delivery that is not there is none', () => {
      const [was, optional] = [pricesIn(whole), /\/(discountedLineItemCost|deliveryCost|shippingCost)$/];
      const changed = all.filter(breakage => {
        const isLineGone = /^nothing at \/lineItems\/\d$/.test(breakage.what); // nobody can know of it
        if (outcomeOf(breakage) !== 'other' || optional.test(breakage.path) || isLineGone) return false;
        return pricesIn(facts(JSON.stringify(broken(document, breakage)))) !== was;
      });
      expect(changed.map(({ what }) => what)).to.deep.equal([]);
    });
  });

const isEqual = (a: unknown, b: unknown): boolean => {
  try {
    expect(a).to.deep.equal(b);
    return true;
  } catch {
    return false;
  }
};

/** Not an object or a list: there `{}` and `[]` say that nothing is in it. */
function isLeaf(document: unknown, path: string): boolean {
  const keys = path.split('/').slice(1);
  const at = keys.reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], document);
  return typeof at !== 'object';
}

type Priced = {
  readonly quantity: number;
  readonly total: { readonly amountMinor: bigint; readonly currency: string };
};

const pricesIn = (facts: { lines: readonly Priced[] }): string =>
  facts.lines.map(({ quantity, total }) => `${quantity} for ${total.amountMinor} ${total.currency}`).join();
