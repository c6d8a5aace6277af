import { type Scenario, settled } from '../../demo/scenario.ts';
import type { Stage } from '../../demo/stage.ts';
import type { LegState } from '../../domain/payout-leg.ts';
import { readBooks } from '../books.ts';
import { type OrderFile, readOrderFile } from '../order-file.ts';
import { asAdmin, seen, sell, sellAndPayOut } from './sold.ts';

const legOf = (file: OrderFile | undefined) => file?.legs.find(({ beneficiary }) => beneficiary === 'reseller');

/** @returns the leg, once it is there */
async function legAt(stage: Stage, id: string, status: LegState): Promise<string> {
  await seen(stage, id, `the reseller's payout is ${status}`, file => legOf(file)?.status === status);
  return legOf(await readOrderFile(stage.store, id))?.id ?? '';
}

export const comesBack = async (stage: Stage, id: string): Promise<void> => void (await legAt(stage, id, 'RETURNED'));

/** Waits for the leg's state, then has it paid again: a request while the leg still moves by itself would be refused. */
export async function payAgain(stage: Stage, id: string, from: LegState): Promise<void> {
  await asAdmin(stage, `payouts/${await legAt(stage, id, from)}/retry`);
}

/** A sale of a reseller whose first payout ends with this status. */
async function sellWith(stage: Stage, name: string, itemStatus: string): Promise<{ id: string }> {
  const reseller = await stage.hireReseller({ name, sellsOnce: true });
  await stage.sandbox('POST', '/payout-outcome', { receiver: reseller.email, itemStatus });
  return sell(stage, reseller);
}

const notArrived = (itemStatus: 'FAILED' | 'RETURNED', name: string): Scenario => ({
  name: `payout-${itemStatus.toLowerCase()}`,
  title: `a payout that ends ${itemStatus}: an admin has it paid again`,
  orders: 1,
  async play(stage) {
    const order = await sellWith(stage, name, itemStatus);
    await payAgain(stage, order.id, itemStatus);
    return [settled(order)];
  },
});

export const payoutFailed = notArrived('FAILED', 'fritz');
export const payoutReturned = notArrived('RETURNED', 'greta');

export const payoutUnclaimed: Scenario = {
  name: 'payout-unclaimed',
  title: 'a payout that nobody claims: an admin has it taken back, then paid again',
  orders: 1,
  async play(stage) {
    const order = await sellWith(stage, 'ulla', 'UNCLAIMED');
    await payAgain(stage, order.id, 'UNCLAIMED');
    await payAgain(stage, order.id, 'RETURNED');
    return [settled(order)];
  },
};

export const payoutCameBack: Scenario = {
  name: 'payout-came-back',
  title: 'a payout that had arrived comes back: owed again, and an admin has it paid again',
  orders: 1,
  async play(stage) {
    const { id } = await sellAndPayOut(stage, 'hugo');
    const file = await readOrderFile(stage.store, id);
    const leg = legOf(file)?.id;
    const sent = file?.effects.find(({ subject }) => subject === leg);
    const paid = (await readBooks(stage.sandbox)).find(({ kind, key }) => kind === 'payout' && key === sent?.key);
    await stage.sandbox('POST', '/payout-status', { itemId: paid?.reference, itemStatus: 'RETURNED' });
    await payAgain(stage, id, 'RETURNED');
    return [settled({ id })];
  },
};

export const paidByPayoneer: Scenario = {
  name: 'payoneer',
  title: 'a reseller who is paid out by Payoneer, the commission by PayPal',
  orders: 1,
  async play(stage) {
    const reseller = await stage.hireReseller({ name: 'pia', payeeAtPayoneer: 'payee-pia' });
    return [settled(await sell(stage, reseller))];
  },
};
