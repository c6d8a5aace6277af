import { type Scenario, settled } from '../../demo/scenario.ts';
import type { Stage } from '../../demo/stage.ts';
import { captureOf, paidMinor, seen, sell, sellAndPayOut } from './sold.ts';

export const refundedInPart: Scenario = {
  name: 'refunded-in-part',
  title: 'after the sale, somebody gives the buyer a part back at PayPal: booked once',
  orders: 1,
  async play(stage) {
    const { id, captureId } = await sellAndPayOut(stage, 'rosa');
    await stage.sandbox('POST', '/refund', { captureId, amountMinor: '500' });
    return [settled({ id }, { refunds: [500] })];
  },
};

export const refundedInFull: Scenario = {
  name: 'refunded-in-full',
  title: 'after the sale, a part goes back to the buyer, then the rest',
  orders: 1,
  async play(stage) {
    const { id, captureId } = await sellAndPayOut(stage, 'rudi');
    for (const minor of [900, paidMinor - 900])
      await stage.sandbox('POST', '/refund', { captureId, amountMinor: `${minor}` });
    return [settled({ id }, { refunds: [900, paidMinor - 900] })];
  },
};

export const reversedAfterSale: Scenario = {
  name: 'reversed-after-sale',
  title: "the buyer's bank takes the payment back after the sale",
  orders: 1,
  async play(stage) {
    const { id, captureId } = await sellAndPayOut(stage, 'rita');
    await stage.sandbox('POST', '/capture-status', { captureId, status: 'REVERSED' });
    return [settled({ id }, { refunds: [paidMinor] })];
  },
};

export const disputeWon: Scenario = {
  name: 'dispute-won',
  title: 'a dispute while the sale is paid out: nothing more leaves before it is decided for the seller',
  orders: 1,
  async play(stage) {
    const { id } = await sell(stage, await stage.hireReseller({ name: 'dana', sellsOnce: true }));
    await seen(stage, id, 'the order is bought', ({ status }) => status === 'PURCHASED');
    const captureId = await captureOf(stage, id);
    await dispute(stage, id, captureId);
    await decide(stage, captureId, 'RESOLVED_SELLER_FAVOUR');
    return [settled({ id })];
  },
};

export const disputeLost: Scenario = {
  name: 'dispute-lost',
  title: 'a dispute that the buyer wins: the payment goes back, and PayPal takes its fee for it',
  orders: 1,
  async play(stage) {
    const { id, captureId } = await sellAndPayOut(stage, 'dirk');
    await dispute(stage, id, captureId);
    await stage.sandbox('POST', '/capture-status', { captureId, status: 'REFUNDED' });
    await decide(stage, captureId, 'RESOLVED_BUYER_FAVOUR');
    return [settled({ id }, { refunds: [paidMinor] })];
  },
};

/** Lets the buyer open a dispute, and waits until we know of it. */
async function dispute(stage: Stage, id: string, captureId: string): Promise<void> {
  await stage.sandbox('POST', '/dispute', { captureId, status: 'OPEN' });
  await seen(stage, id, 'the dispute is known', ({ payments }) => payments[0]?.status === 'DISPUTED');
}

type Outcome = 'RESOLVED_SELLER_FAVOUR' | 'RESOLVED_BUYER_FAVOUR';

const decide = (stage: Stage, captureId: string, outcome: Outcome) =>
  stage.sandbox('POST', '/dispute', { captureId, status: 'RESOLVED', outcome });
