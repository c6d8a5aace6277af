import type { LegId, OrderId } from '../../../domain/ids.ts';
import type { PayoutLeg } from '../../../store/entities/money.ts';
import { findLeg, legsOfOrder } from '../../../store/payouts/legs.ts';
import { decidePayout } from '../../../transactions/decisions/decide-payout.ts';
import { createStage, type SandboxEffect, type Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { reservationsOf } from '../workbench.ts';

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

/** The same where a look may fail meanwhile, because its provider is asked again. */
export async function legBecomesInTheEnd(stage: Stage, id: string, status: PayoutLeg['status']): Promise<PayoutLeg> {
  await until(async () => {
    await stage.perform('payout', id).catch((error: Error) => error.message);
    return (await legNow(stage, id)).status === status;
  });
  return legNow(stage, id);
}

/** The shares of an order. */
export const legsOf = (stage: Stage, id: string): Promise<PayoutLeg[]> =>
  stage.store.read(em => legsOfOrder(em, id as OrderId));

export async function resellersLeg(stage: Stage, id: string): Promise<PayoutLeg> {
  const leg = (await legsOf(stage, id)).find(({ beneficiary }) => beneficiary === 'reseller');
  if (!leg) throw new Error('there is no leg');
  return leg;
}

/** Looks at the shares of an order until each that was not cancelled is paid. */
export const payLegs = (stage: Stage, id: string): Promise<true> =>
  until(async () => {
    const open = (await legsOf(stage, id)).filter(({ status }) => status !== 'CANCELLED' && status !== 'PAID');
    for (const leg of open) await stage.perform('payout', leg.id);
    return open.length === 0;
  });

/** What the provider was told to pay for a share. */
export const payoutsFor = async (stage: Stage, id: string): Promise<SandboxEffect[]> =>
  (await stage.effects('payout')).filter(({ key }) => key.startsWith(`leg-${id}`));

/** How the money stands that was reserved for a share, from its first reservation on. */
export const heldFor = async (stage: Stage, id: string): Promise<string[]> =>
  (await reservationsOf(stage, id)).map(({ status }) => status);

/** An operator has it paid again. */
export async function payAgain(stage: Stage, id: string): Promise<void> {
  const { userId: by } = await legNow(stage, id);
  const deed = { decision: { decision: 'pay-again' }, by, why: 'it did not arrive' } as const;
  await stage.context.transact((em, enqueue) => decidePayout(em, enqueue, id as LegId, deed));
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
