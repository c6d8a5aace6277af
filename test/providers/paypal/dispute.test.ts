import { expect } from 'chai';
import { toDispute } from '../../../providers/paypal/dispute.ts';
import type { WireMovement } from '../../../providers/paypal/schema.ts';
import { usd } from '../../support/money.ts';

const movement = (reason: string, minor: bigint, more: Partial<WireMovement> = {}): WireMovement => ({
  affected_party: 'SELLER',
  type: 'DEBIT',
  reason,
  amount: usd(minor),
  ...more,
});
const feeOf = (...movements: WireMovement[]) =>
  toDispute({
    dispute_id: 'PP-D-1',
    status: 'OPEN',
    disputed_transactions: [{ seller_transaction_id: 'C' }],
    money_movements: movements,
  }).fee;

it('a dispute that names no payment is none that anything follows from', () => {
  const nameless = { dispute_id: 'PP-D-1', status: 'OPEN', disputed_transactions: [{}] };
  expect(() => toDispute(nameless)).to.throw('a dispute is about a payment');
});

describe('what PayPal has taken for a dispute', () => {
  for (const reason of ['DISPUTE_FEE', 'CHARGEBACK_FEE', 'DISPUTE_SETTLEMENT_FEE'])
    it(`is its ${reason}`, () => expect(feeOf(movement(reason, 1_500n))).to.deep.equal(usd(1_500n)));

  it('is the sum of all fees, less what was given back', () => {
    const back = movement('DISPUTE_FEE', 1_500n, { type: 'CREDIT' });
    expect(feeOf(movement('DISPUTE_FEE', 1_500n), movement('CHARGEBACK_FEE', 2_000n), back)).to.deep.equal(usd(2_000n));
  });

  it('is neither the disputed money itself, nor what the buyer had to pay', () => {
    const others = [movement('DISPUTE_SETTLEMENT', 2_999n), movement('DISPUTE_FEE', 700n, { affected_party: 'BUYER' })];
    expect(feeOf(...others)).to.equal(undefined);
    expect(feeOf()).to.equal(undefined);
  });
});
