import type { LegId, OrderId } from '../../../domain/ids.ts';
import type { PayoutLeg } from '../../../store/entities/money.ts';
import { findLeg, legsOfOrder } from '../../../store/payouts/legs.ts';
import { createStage, type Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';

/** Providers settle a payout as soon as they accept it, and Payoneer has money. */
export async function openPayouts(): Promise<Stage> {
  const stage = await createStage();
  await stage.control('settings', { payoutSettleMs: 0 });
  await stage.control('balance', { provider: 'payoneer', currency: 'USD', amountMinor: '100000' });
  return stage;
}

export async function legNow(stage: Stage, id: string): Promise<PayoutLeg> {
  const leg = await stage.store.read(em => findLeg(em, id as LegId));
  if (!leg) throw new Error('the leg is gone');
  return leg;
}

/** Looks at the payout until it stands so. */
export async function legBecomes(stage: Stage, id: string, status: PayoutLeg['status']): Promise<PayoutLeg> {
  await until(async () => {
    await stage.perform('payout', id);
    return (await legNow(stage, id)).status === status;
  });
  return legNow(stage, id);
}

/** Sweeps until both shares of an order are paid. */
export const paidOut = (stage: Stage, id: OrderId): Promise<true> =>
  until(async () => {
    await stage.sweepAndDrain();
    const legs = await stage.store.read(em => legsOfOrder(em, id));
    return legs.length === 2 && legs.every(({ status }) => status === 'PAID');
  });

/** An order of a new seller that has gone the whole road. */
export async function soldAndPaidOut(stage: Stage): Promise<OrderId> {
  const { id } = await stage.paidOrder(await stage.stockUp(await stage.hireSeller()));
  await stage.drain();
  await paidOut(stage, id);
  return id;
}
