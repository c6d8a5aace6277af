import { randomUUID } from 'node:crypto';
import type { CredentialId, LegId, OrderId } from '../../domain/ids.ts';
import { type LegState, legMoves } from '../../domain/payout-leg.ts';
import { Effect } from '../../store/entities/money.ts';
import { Credential } from '../../store/entities/people.ts';
import { recordPayment } from '../../store/money/payments.ts';
import { addLeg, addSale } from '../../store/payouts/sales.ts';
import { usd } from '../support/money.ts';
import { berlin } from '../support/stage.ts';
import type { World } from './world.ts';

/** The buyer’s money is here. */
export const payFor = (world: World, orderId: OrderId) =>
  world.store.transaction(em =>
    recordPayment(em, {
      orderId,
      provider: 'paypal',
      reference: `capture-${orderId}`,
      status: 'COMPLETED',
      rawStatus: 'COMPLETED',
      amount: usd(4_990n),
    }),
  );

/** A call that left; `status` and the rest as given. */
export const addEffect = (
  world: World,
  { purpose, subject, ...facts }: Partial<Effect> & Pick<Effect, 'purpose' | 'subject'>,
) =>
  world.store.transaction(em =>
    em.insert(Effect, {
      id: randomUUID() as Effect['id'],
      purpose,
      subject,
      route: purpose === 'buy' ? 'aliexpress-api' : 'paypal',
      account: 'buyer',
      environment: 'sandbox',
      generation: 1,
      idempotencyKey: `${subject}-1`,
      request: '{}',
      sends: 1,
      firstSentAt: new Date(),
      lastSentAt: new Date(),
      ...(facts.status === 'DONE' ? { closedAt: new Date() } : {}),
      ...facts,
    } as Effect),
  );

/** The shortest way that a payout takes into a state. */
export function wayTo(wanted: LegState, ways: LegState[][] = [['PENDING']]): LegState[] {
  const found = ways.find(way => way.at(-1) === wanted);
  if (found) return found.slice(1);
  return wayTo(
    wanted,
    ways.flatMap(way => legMoves[way.at(-1)!].map(next => [...way, next])),
  );
}

/** An order that is booked and done, and whose reseller's share has gone this way. */
export async function soldWithPayout(world: World, way: readonly LegState[], reason: string | null = null) {
  const order = await world.addOrder({
    status: 'PURCHASED',
    saleBookedAt: new Date(),
    shipTo: berlin,
    maxCostMinor: 2_500n,
    fxRate: '1',
  });
  const leg = await world.store.transaction(async em => {
    const { id: saleId } = await addSale(em, {
      orderId: order,
      userId: world.reseller.id,
      adminId: world.admin.id,
      salePrice: usd(4_990n),
      supplierCost: usd(2_000n),
      fees: { marketplaceFee: usd(0n), paymentFee: usd(223n) },
      profit: { grossProfit: usd(2_767n), commission: usd(277n), netProfit: usd(2_490n) },
      expectedProfit: usd(2_767n),
      setOff: usd(0n),
      commissionPercent: '10',
    });
    const due = { userId: world.reseller.id, amount: usd(2_490n), receiver: 'r@example.com', notBefore: new Date() };
    const { id } = await addLeg(em, { saleId, orderId: order, route: 'paypal', beneficiary: 'reseller', ...due });
    for (const state of way) await em.execute('update payout_legs set status = ? where id = ?', [state, id]);
    await em.execute('update payout_legs set reason = ? where id = ?', [reason, id]);
    return id as LegId;
  });
  return { order, leg };
}

/** A marketplace account of the reseller's. */
export async function addMarketplaceAccount(world: World): Promise<CredentialId> {
  const id = randomUUID() as CredentialId;
  await world.store.transaction(em =>
    em.insert(Credential, {
      id,
      userId: world.reseller.id,
      apiName: 'ebay',
      environment: 'sandbox',
      accountId: id,
      accountName: 'lamp-shop',
      sealed: 'sealed',
      status: 'HEALTHY',
      moneyHolder: 'platform',
      scopes: '',
      refusals: 0,
      stateEntry: 0,
      wake: 0,
    }),
  );
  return id;
}
