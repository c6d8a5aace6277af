import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { type OrderState, orderMoves, orderStates, waitReasons, waits } from '../../domain/order.ts';
import { type LegState, legStates } from '../../domain/payout-leg.ts';
import { isFinal } from '../../domain/state-table.ts';
import { jobForLeg, jobForMoney, jobForOrder, moneyMayCome } from '../../queues/next-job.ts';

const row = { id: randomUUID(), stateEntry: 2, wake: 1, channel: 'paypal', purchaseRoute: 'api' } as const;

/** The queue that moves an order on, or what else has to happen. */
const orders: Record<OrderState, { queue: string } | { deed: string }> = {
  CREATED: { queue: 'capture-payment' },
  PAID: { queue: 'fulfill' },
  WAITING: { deed: 'named by the reason' },
  PURCHASING: { queue: 'purchase' },
  PURCHASED: { queue: 'create-sale' },
  SHIPPED: { queue: 'track-shipment' },
  DELIVERED: { deed: 'nothing: it has arrived' },
  FAILED: { deed: 'its reseller’s policy, or a person, sends it to REFUNDING' },
  REFUNDING: { queue: 'refund' },
  REFUNDED: { deed: 'nothing: it is over' },
  CANCELLED: { deed: 'nothing, unless money arrives' },
  NEEDS_REVIEW: { deed: 'a person decides' },
};

const legs: Record<LegState, string | undefined> = {
  PENDING: 'payout',
  SENT: 'payout',
  SKIPPED_INSUFFICIENT_FUNDS: 'payout',
  UNCLAIMED: 'payout',
  PAID: 'payout',
  FAILED: 'payout',
  RETURNED: 'payout',
  REVERSED: 'payout',
  CANCELLED: 'payout',
  NEEDS_REVIEW: undefined,
};

describe('the job that moves a row on', () => {
  for (const status of orderStates) {
    const next = orders[status];
    it(`for an order ${status} is ${'queue' in next ? next.queue : `none: ${next.deed}`}`, () => {
      expect(jobForOrder({ ...row, status })?.queue).to.equal('queue' in next ? next.queue : undefined);
    });
  }

  it('is none for an order that is over', () => {
    for (const status of orderStates.filter(state => isFinal(orderMoves, state)))
      expect(jobForOrder({ ...row, status })).to.equal(undefined);
  });

  for (const waitReason of waitReasons)
    it(`for an order that waits for ${waitReason} is ${waits[waitReason].resumes}`, () => {
      expect(jobForOrder({ ...row, status: 'WAITING', waitReason })?.queue).to.equal(waits[waitReason].resumes);
    });

  for (const status of orderStates) {
    const looks = status === 'CREATED' || moneyMayCome.some(state => state === status);
    it(`when PayPal tells of its money is ${looks ? 'to look at that' : 'none beside its own'}: an order ${status}`, () => {
      expect(jobForMoney({ ...row, status })?.queue).to.equal(looks ? 'capture-payment' : undefined);
      expect(jobForMoney({ ...row, status, channel: 'ebay' })).to.equal(undefined);
    });
  }

  it('for an order whose sale is booked is to follow its parcels', () => {
    expect(jobForOrder({ ...row, status: 'PURCHASED', saleBookedAt: new Date() })?.queue).to.equal('track-shipment');
  });

  it('for an order that is bought through the browser is the browser’s', () => {
    expect(jobForOrder({ ...row, status: 'PURCHASING', purchaseRoute: 'browser' })?.queue).to.equal(
      'purchase-fallback',
    );
  });

  it('for a marketplace’s order that is not paid is none: the marketplace tells when it is', () => {
    for (const channel of ['ebay', 'mercadolibre'])
      expect(jobForOrder({ ...row, status: 'CREATED', channel })).to.equal(undefined);
  });

  for (const status of legStates)
    it(`for a leg ${status} is ${legs[status] ?? 'none'}`, () => {
      expect(jobForLeg({ ...row, status })?.queue).to.equal(legs[status]);
    });

  it('carries the row’s id, its entry and its wake', () => {
    expect(jobForOrder({ ...row, status: 'PAID' })).to.deep.equal({
      queue: 'fulfill',
      id: `fulfill-${row.id}-2-1`,
      payload: { orderId: row.id },
    });
    expect(jobForLeg({ ...row, status: 'SENT' })).to.deep.include({
      id: `payout-${row.id}-2-1`,
      payload: { legId: row.id },
    });
  });
});
