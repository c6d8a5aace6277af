/** What is done with funds, as fast-check draws it, and how each deed is done. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { OrderId, UserId } from '../../../domain/ids.ts';
import { buyerRefunded } from '../../../domain/postings.ts';
import type { EntityManager } from '../../../store/database/entity-manager.ts';
import { consume, release, reserve } from '../../../store/money/funding.ts';
import { post } from '../../../store/money/ledger.ts';
import { recordPayment } from '../../../store/money/payments.ts';
import { recordRefund } from '../../../store/money/refunds.ts';
import { usd } from '../../support/money.ts';
import { insertOrder } from '../fixtures.ts';

const subjects = Array.from({ length: 8 }, () => randomUUID());

export type Deed =
  | { do: 'reserve'; subject: string; amount: bigint }
  /** Lets a new order through and spends for it at once. */
  | { do: 'buy'; amount: bigint }
  /** Spends a part of what is held, in percent. */
  | { do: 'spend'; subject: string; percent: bigint }
  | { do: 'release'; subject: string }
  /** Money goes back to a buyer; nobody knows yet whether it did. */
  | { do: 'give back'; amount: bigint }
  /** What went back is seen, and booked. */
  | { do: 'book' };

const subject = fc.constantFrom(...subjects);
const amount = fc.bigInt({ min: 1n, max: 400n });
const deed = <Name extends Deed['do'], Facts>(name: Name, facts: { [Key in keyof Facts]: fc.Arbitrary<Facts[Key]> }) =>
  fc.record({ do: fc.constant(name), ...facts });
const reserving = [
  { weight: 4, arbitrary: deed('reserve', { subject, amount }) },
  { weight: 4, arbitrary: deed('buy', { amount }) },
  { weight: 2, arbitrary: deed('spend', { subject, percent: fc.bigInt({ min: 0n, max: 100n }) }) },
  { weight: 1, arbitrary: deed('release', { subject }) },
];
const givingBack = [
  { weight: 3, arbitrary: deed('give back', { amount: fc.bigInt({ min: 1n, max: 100n }) }) },
  { weight: 2, arbitrary: deed('book', {}) },
];
const rushOf = (deeds: { weight: number; arbitrary: fc.Arbitrary<object> }[]) =>
  fc.array(fc.oneof(...deeds) as fc.Arbitrary<Deed>, { minLength: 1, maxLength: 6 });
/** Done all at once, by as many processes. */
export const anyRush = rushOf(reserving);
export const anyRushWithRefunds = rushOf([...reserving, ...givingBack]);

export async function act(em: EntityManager, what: Deed, ownerId: UserId | null, userId: UserId): Promise<unknown> {
  const hold = (id: string, minor: bigint) =>
    reserve(em, { ownerId, purpose: 'buy', subject: id, userId, amount: usd(minor) });
  switch (what.do) {
    case 'reserve':
      return hold(what.subject, what.amount);
    case 'buy': {
      const order = randomUUID();
      await hold(order, what.amount);
      return spend(em, order, 100n);
    }
    case 'spend':
      return spend(em, what.subject, what.percent);
    case 'release':
      return release(em, 'buy', what.subject);
    case 'give back':
      return giveBack(em, userId, what.amount);
    case 'book':
      return book(em, userId);
  }
}

async function spend(em: EntityManager, id: string, percent: bigint): Promise<void> {
  const [held] = await em.execute<{ amount: string }[]>(
    `select amount_minor::text as amount from reservations where subject = ? and status = 'HELD' for update`,
    [id],
  );
  if (held) await consume(em, 'buy', id, usd((BigInt(held.amount) * percent) / 100n));
}

async function giveBack(em: EntityManager, userId: UserId, minor: bigint): Promise<void> {
  const { id: orderId } = await insertOrder(em, { userId });
  const payment = { orderId, provider: 'paypal', reference: randomUUID(), amount: usd(minor) } as const;
  await recordPayment(em, { ...payment, status: 'COMPLETED', rawStatus: 'COMPLETED' });
  await em.execute(
    `insert into effects (id, purpose, subject, route, account, environment, idempotency_key, request)
     values (?, 'refund', ?, 'paypal', 'us', 'sandbox', ?, '{}')`,
    [randomUUID(), orderId, randomUUID()],
  );
}

async function book(em: EntityManager, reseller: UserId): Promise<void> {
  const [open] = await em.execute<{ id: string; order_id: OrderId; payment_id: string; amount: string }[]>(
    `select e.id, p.order_id, p.id as payment_id, p.amount_minor::text as amount from effects e
     join payments p on p.order_id = e.subject where e.status = 'OPEN' limit 1 for update of e skip locked`,
  );
  if (!open) return;
  const { order_id: orderId, payment_id: id } = open;
  const amount = usd(BigInt(open.amount));
  const custody = { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' } as const;
  await em.execute(`update effects set status = 'DONE', closed_at = now() where id = ?`, [open.id]);
  await recordRefund(em, { id, orderId }, { reference: id, kind: 'refund', status: 'COMPLETED', amount });
  const postings = buyerRefunded({ channel: 'paypal', custody, reseller, amount });
  await post(em, { source: 'paypal', event: `refund:${id}`, orderId, postings });
}

export type Used = { held: bigint; spent: bigint; back: bigint };

/** What is reserved, what was spent, and what really went back to buyers, whether or not it is booked. */
export async function usedIn(em: EntityManager): Promise<Used> {
  const [row] = await em.execute<{ held: string; spent: string; back: string }[]>(
    `select coalesce(sum(amount_minor) filter (where status = 'HELD'), 0)::text as held,
            coalesce(sum(amount_minor) filter (where status = 'CONSUMED'), 0)::text as spent,
            (select coalesce(sum(amount_minor), 0) from payments)::text as back from reservations`,
  );
  return { held: BigInt(row!.held), spent: BigInt(row!.spent), back: BigInt(row!.back) };
}

/** The database has its own clock: time passes by moving what it wrote into the past. @param em of the owner */
export async function passTime(em: EntityManager, minutes: number): Promise<void> {
  const written = {
    reservations: 'closed_at',
    funding_accounts: 'as_of',
    effects: 'closed_at',
    ledger_transactions: 'at',
  };
  for (const [table, column] of Object.entries(written))
    await em.execute(`update ${table} set ${column} = ${column} - interval '${minutes} minutes'`);
}

/** Nothing has happened yet. @param em of the owner */
export async function startOver(em: EntityManager): Promise<void> {
  const tables = ['reservations', 'funding_accounts', 'refunds', 'payments', 'effects', 'ledger_postings'];
  for (const table of [...tables, 'ledger_transactions']) await em.execute(`delete from ${table}`);
}

/** So that its owner can let time pass, and forget one history before the next: in a database of one's own. */
export const allowChanges = ['ledger_transactions', 'ledger_postings']
  .map(table => `alter table ${table} disable trigger ${table}_append_only`)
  .join('; ');
