import { expect } from 'chai';
import type { Ending } from '../../demo/scenario.ts';
import { money } from '../../domain/money.ts';
import type { Entry } from '../../storm/books.ts';
import type { OrderFile } from '../../storm/order-file.ts';
import { type Facts, judge } from '../../storm/verdict.ts';

const id = '00000000-0000-4000-8000-00000000000a';
const admin = '00000000-0000-4000-8000-0000000000a1';
const reseller = '00000000-0000-4000-8000-0000000000a2';

/** 29.99 paid, 14.49 for the goods, 1.40 and 12.56 paid out at 0.25 each, 1.54 kept by PayPal: nothing is left but fees. */
const captured = entry('capture', 'PAYPALORDER1', 'C1', 2_999, { customId: id, status: 'COMPLETED', feeMinor: '154' });
const bought = entry('supplier-order', `${id}-1`, '911', 1_449, { paid: true, paidByPlatform: true });
const paidAdmin = entry('payout', `leg-${admin}-1`, 'I1', 140, { itemStatus: 'SUCCESS', feeMinor: '25' });
const paidReseller = entry('payout', `leg-${reseller}-1`, 'I2', 1_256, { itemStatus: 'SUCCESS', feeMinor: '25' });
const refunded = entry('refund', 'C1', 'R1', 2_999, { customId: id });
const cash = 2_999 - 154 - 1_449 - 140 - 25 - 1_256 - 25;

function entry(kind: Entry['kind'], key: string, reference: string, minor: number, detail: Entry['detail']): Entry {
  const at = '2026-11-20T08:00:00Z';
  return { kind, provider: 'paypal', key, reference, amountMinor: `${minor}`, currency: 'USD', at, detail };
}

const order: OrderFile = {
  id,
  channel: 'paypal',
  externalOrderId: 'PAYPALORDER1',
  mark: null,
  status: 'PURCHASED',
  waitReason: null,
  reason: null,
  payments: [{ reference: 'C1', status: 'COMPLETED' }],
  supplierOrders: [{ number: '911', status: 'PAID' }],
  legs: [
    { id: admin, beneficiary: 'admin', status: 'PAID', reason: null },
    { id: reseller, beneficiary: 'reseller', status: 'PAID', reason: null },
  ],
  effects: [],
  refunds: [],
  cash: { 'cash:paypal USD': `${cash}` },
};
const ending: Ending = { order: { id }, status: 'PURCHASED', settled: true, supplierOrders: 1, payouts: 2 };
const good: Facts = {
  files: [order],
  entries: [captured, bought, paidAdmin, paidReseller],
  expected: [{ scenario: 'paypal', ending }],
  ledgerTotals: [money(0n, 'USD')],
};
const withOrder = (change: Partial<OrderFile>): Partial<Facts> => ({ files: [{ ...order, ...change }] });
const refundedOrder = withOrder({
  status: 'REFUNDED',
  supplierOrders: [],
  legs: [],
  refunds: [{ reference: 'R1', amountMinor: '2999' }],
  cash: { 'cash:paypal USD': '-154' },
});
const inReview = { status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' } as const;

const brokenPromises: Readonly<Record<string, readonly [change: Partial<Facts>, told: RegExp]>> = {
  'captured twice': [
    { entries: [...good.entries, { ...captured, reference: 'C2' }] },
    /duplicate.*capture C1.*capture C2/,
  ],
  'bought twice under one key': [
    { entries: [...good.entries, { ...bought, reference: '912' }] },
    /duplicate.*911.*912/,
  ],
  'bought twice under two keys': [
    { entries: [...good.entries, { ...bought, key: `${id}-2`, reference: '912' }] },
    /duplicate.*under 2 keys/,
  ],
  'a leg paid twice, in two generations': [
    { entries: [...good.entries, { ...paidAdmin, key: `leg-${admin}-2`, reference: 'I3' }] },
    /duplicate.*I1.*I3/,
  ],
  'refunded twice': [
    { entries: [captured, refunded, { ...refunded, reference: 'R2' }], ...withOrder({ status: 'REFUNDED' }) },
    /duplicate.*R1.*R2/,
  ],
  'paid out and never bought': [{ entries: [captured, paidAdmin, paidReseller] }, /forbidden.*paid out, not bought/],
  'paid out while the supplier is unpaid': [
    { entries: [captured, { ...bought, detail: { paid: false } }, paidAdmin] },
    /forbidden.*paid out, not bought/,
  ],
  'bought and never paid': [{ entries: [bought] }, /forbidden.*bought, not paid/],
  'bought and refunded': [{ entries: [...good.entries, refunded] }, /forbidden.*bought and refunded/],
  'a refunded order whose buyer has nothing back': [
    { entries: [captured], ...refundedOrder },
    /lost.*2999 is due back to the buyer, and went: nothing/,
  ],
  'a refund that is a cent short': [
    { entries: [captured, { ...refunded, amountMinor: '2998' }], ...refundedOrder },
    /forbidden.*2999 is due back/,
  ],
  'a refund that nobody knows of': [
    {
      entries: [...good.entries, { ...refunded, kind: 'reversal' }],
      ...withOrder({ cash: { 'cash:paypal USD': `${cash - 2_999}` } }),
    },
    /forbidden.*bought and refunded/,
  ],
  'a refund after the sale that is not the scenario’s': [
    {
      entries: [...good.entries, { ...refunded, amountMinor: '499' }],
      ...withOrder({ refunds: [{ reference: 'R1', amountMinor: '500' }] }),
      expected: [{ scenario: 'refunded-in-part', ending: { ...ending, refunds: [500] } }],
    },
    /forbidden.*500 is due back to the buyer, and went: refund R1/,
  ],
  'a refund after the sale that we have not booked': [
    { expected: [{ scenario: 'refunded-in-part', ending: { ...ending, refunds: [500] } }] },
    /lost.*refunded-in-part should end/,
  ],
  'a payout by Payoneer that is not in our ledger': [
    {
      entries: [
        captured,
        bought,
        paidAdmin,
        { ...paidReseller, provider: 'payoneer', detail: { itemStatus: 'Transferred' } },
      ],
      ...withOrder({ cash: { 'cash:paypal USD': `${cash + 1_256 + 25}` } }),
    },
    /books.*our ledger moved 0 on cash:payoneer USD, the world's books -1256/,
  ],
  'the fee of a payout that came back': [
    {
      entries: [...good.entries, { ...paidAdmin, reference: 'I0', detail: { feeMinor: '25', itemStatus: 'RETURNED' } }],
    },
    /books.*our ledger moved/,
  ],
  'an effect of no order': [
    { entries: [...good.entries, { ...bought, key: 'stranger-1' }] },
    /forbidden.*of no order of ours/,
  ],
  'an order that nobody has': [{ files: [] }, /lost.*no order for/],
  'an order that stands still': [withOrder({ status: 'PURCHASING' }), /lost.*should end PURCHASED, and is PURCHASING/],
  'an order that waits for nobody': [
    withOrder({ status: 'WAITING', waitReason: 'FAILED_INSUFFICIENT_FUNDS' }),
    /lost.*WAITING, FAILED_INSUFFICIENT_FUNDS/,
  ],
  'a leg that stands still': [
    withOrder({ legs: [{ id: admin, beneficiary: 'admin', status: 'SENT', reason: null }] }),
    /lost.*admin SENT/,
  ],
  'money given back though nothing had failed': [
    {
      entries: [captured, refunded],
      ...withOrder({ status: 'REFUNDED', supplierOrders: [], legs: [], cash: { 'cash:paypal USD': '-154' } }),
    },
    /lost.*should end PURCHASED, and is REFUNDED/,
  ],
  'a paid order that nobody sent': [{ expected: [] }, /lost.*paid, and nobody has ordered it/],
  'a review without a reason': [withOrder({ status: 'NEEDS_REVIEW' }), /lost.*is not told why/],
  'a review of what could be decided': [withOrder(inReview), /needless: a person must look, and it could be decided/],
  'a guess at what nobody can know': [
    { expected: [{ scenario: 'outage', ending, undecidable: true }] },
    /guessed: nobody can know how it ended, and it is PURCHASED/,
  ],
  'a ledger that is not zero': [{ ledgerTotals: [money(0n, 'CLP'), money(1n, 'USD')] }, /books.*sums to 1 USD/],
  'a cent too much in the ledger': [
    withOrder({ cash: { 'cash:paypal USD': `${cash + 1}` } }),
    /books.*our ledger moved/,
  ],
};

describe('the verdict of a storm', () => {
  it('finds nothing where the promise was kept', () => {
    expect(judge(good)).to.deep.equal({ violations: [], inReview: [], ledgerBalanced: true });
  });

  for (const [what, [change, told]] of Object.entries(brokenPromises))
    it(`finds ${what}`, () => {
      const { violations } = judge({ ...good, ...change });
      expect(violations.map(({ kind, text }) => `${kind}: ${text}`).join('\n')).to.match(told);
    });

  it('takes two supplier orders of one purchase for one, where the scenario says so', () => {
    const half = { ...bought, amountMinor: '1000' };
    const facts: Facts = {
      ...good,
      files: [{ ...order, supplierOrders: [order.supplierOrders[0]!, { number: '912', status: 'PAID' }] }],
      entries: [captured, half, { ...half, reference: '912', amountMinor: '449' }, paidAdmin, paidReseller],
      expected: [{ scenario: 'two-supplier-orders', ending: { ...ending, supplierOrders: 2 } }],
    };
    expect(judge(facts).violations).to.deep.equal([]);
  });

  it('does not count what came back: a returned payout may be sent again, a closed purchase made again', () => {
    const returned = { ...paidAdmin, reference: 'I0', detail: { ...paidAdmin.detail, itemStatus: 'RETURNED' } };
    const failed = { ...paidAdmin, reference: 'I9', detail: { ...paidAdmin.detail, itemStatus: 'FAILED' } };
    const closed = { ...bought, reference: '910', detail: { ...bought.detail, cancelled: 'CANCELED' } };
    const facts = {
      ...good,
      ...withOrder({
        supplierOrders: [...order.supplierOrders, { number: '910', status: 'CANCELLED' }],
        // PayPal keeps its fee of what came back.
        cash: { 'cash:paypal USD': `${cash - 25}` },
      }),
      entries: [...good.entries, returned, failed, closed],
    };
    expect(judge(facts).violations).to.deep.equal([]);
  });

  it('leaves an order to the person who has it for review, and the doubtful effect out of the books', () => {
    const effects = [
      { purpose: 'buy', route: 'aliexpress-api', key: `${id}-1`, status: 'OPEN', sends: 2, subject: id },
    ];
    const parked = {
      ...order,
      ...inReview,
      supplierOrders: [],
      legs: [],
      effects,
      cash: { 'cash:paypal USD': `${2_999 - 154}` },
    };
    // On the website an order is known by what its address says, and by no key of ours.
    const mark = '49054b2d-c8e7-411a-98e0-7b740dc3b429';
    for (const file of [parked, { ...parked, mark }]) {
      const entries = [captured, file.mark ? { ...bought, key: mark } : bought];
      const expected = [{ scenario: 'outage', ending, undecidable: true }];
      const verdict = judge({ ...good, files: [file], entries, expected });
      expect(verdict.violations).to.deep.equal([]);
      expect(verdict.inReview).to.deep.equal([file]);
    }
  });

  it('knows what was done with a key that our database has forgotten, and leaves that to the person too', () => {
    const forgetful = withOrder({
      ...inReview,
      supplierOrders: [],
      legs: [],
      cash: { 'cash:paypal USD': `${2_999 - 154}` },
    });
    const key = (uuid: string) => `leg-${uuid}-1`;
    const expected = [
      { scenario: 'restore', ending, undecidable: true, forgotten: [key(admin), key(reseller), bought.key] },
    ];
    expect(judge({ ...good, ...forgetful, expected }).violations).to.deep.equal([]);
    const twice = { ...paidAdmin, reference: 'I3' };
    const entries = [...good.entries, twice];
    expect(judge({ ...good, ...forgetful, expected, entries }).violations.map(({ kind }) => kind)).to.include(
      'duplicate',
    );
  });

  it('takes what is told later for a person’s until then, and for settled from then on', () => {
    const expected = [{ scenario: 'outage', ending, untilTold: true }];
    const legs = order.legs.map(leg => ({ ...leg, status: 'NEEDS_REVIEW' as const, reason: 'EFFECT_UNPROVEN' }));
    const untold = judge({ ...good, ...withOrder({ legs }), expected }).violations.map(({ kind }) => kind);
    expect(untold).not.to.include.members(['needless']).and.not.to.include('lost');
    expect(judge({ ...good, expected }).violations).to.deep.equal([]);
  });

  it('takes what a scenario sends back after the sale for what is due', () => {
    const facts: Facts = {
      ...good,
      ...withOrder({
        refunds: [{ reference: 'R1', amountMinor: '500' }],
        cash: { 'cash:paypal USD': `${cash - 500}` },
      }),
      entries: [...good.entries, { ...refunded, amountMinor: '500' }],
      expected: [{ scenario: 'refunded-in-part', ending: { ...ending, refunds: [500] } }],
    };
    expect(judge(facts).violations).to.deep.equal([]);
  });

  it('does not blame the review of what was sent to a provider without keys and never got there', () => {
    const effects = [{ purpose: 'pay', route: 'payoneer', key: 'gone', status: 'OPEN', sends: 1, subject: reseller }];
    const lost = { ...good, entries: [captured, bought, paidAdmin], ...withOrder({ ...inReview, effects }) };
    expect(judge(lost).violations.filter(({ kind }) => kind === 'needless')).to.deep.equal([]);
    const kinds = judge({ ...lost, ...withOrder({ ...inReview }) }).violations.map(({ kind }) => kind);
    expect(kinds).to.include('needless');
  });

  it('does not miss a checkout that was begun again and never paid', () => {
    const begun = { ...order, id: '00000000-0000-4000-8000-00000000000b', status: 'CREATED', legs: [] } as const;
    const unpaid = { ...begun, externalOrderId: null, payments: [], supplierOrders: [], cash: {} };
    expect(judge({ ...good, files: [order, unpaid] }).violations).to.deep.equal([]);
  });
});
