/**
 * Where a user's payouts go. A change takes effect after a time, by the database's clock, and may be cancelled until
 * then: a thief of a session cannot redirect the next payout. A notice is written for the old receiver's address, and
 * for the log-in's (`store/accounts/notices.ts`).
 */
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { PayoutLeg } from '../entities/money.ts';
import { User } from '../entities/people.ts';
import { tell } from './notices.ts';

/** A PayPal e-mail address, or a Payoneer payee id. */
export type PayTo = { readonly provider: PayoutLeg['route']; readonly receiver: string };
type ReceiverChange = PayTo & { readonly holdsFrom: Date };

/** Where payouts go now, due changes included. Without a choice the platform's provider pays the log-in's address. */
export async function presentReceiver(em: EntityManager, userId: UserId, provider: PayoutLeg['route']): Promise<PayTo> {
  await em.execute(
    `update users u set payout_provider = c.provider, payout_receiver = c.receiver
     from (select provider, receiver from receiver_changes
           where user_id = ? and cancelled_at is null and holds_from <= clock_now()
           order by holds_from desc, asked_at desc limit 1) c
     where u.id = ? and (u.payout_provider, u.payout_receiver) is distinct from (c.provider, c.receiver)`,
    [userId, userId],
  );
  const user = await em.findOneOrFail(User, { id: userId }, { refresh: true });
  return { provider: user.payoutProvider ?? provider, receiver: user.payoutReceiver ?? user.email };
}

/** The change that has not taken effect yet, if there is one. */
export async function restingChange(em: EntityManager, userId: UserId): Promise<ReceiverChange | null> {
  const [row] = await em.execute<(PayTo & { holds_from: string })[]>(
    `select provider, receiver, holds_from::text from receiver_changes
     where user_id = ? and cancelled_at is null and holds_from > clock_now() order by holds_from desc limit 1`,
    [userId],
  );
  return row ? { provider: row.provider, receiver: row.receiver, holdsFrom: new Date(row.holds_from) } : null;
}

/** Replaces a change that has not taken effect yet. @param from where payouts go until then */
export async function askChange(
  em: EntityManager,
  userId: UserId,
  { from, to, restMs }: { from: PayTo; to: PayTo; restMs: number },
): Promise<void> {
  const [user] = await em.execute<{ email: string }[]>('select email from users where id = ? for no key update', [
    userId,
  ]);
  await cancelResting(em, userId);
  const [row] = await em.execute<{ holds_from: string }[]>(
    `insert into receiver_changes (id, user_id, provider, receiver, holds_from)
     values (?, ?, ?, ?, clock_now() + ? * interval '1 millisecond') returning holds_from::text`,
    [randomUUID(), userId, to.provider, to.receiver, restMs],
  );
  const holdsFrom = new Date(row?.holds_from ?? '').toISOString();
  const facts = { from: from.receiver, to: to.receiver, provider: to.provider, holdsFrom };
  // A Payoneer payee id is no e-mail address.
  const told = new Set([user?.email, from.receiver].filter(address => address?.includes('@')));
  for (const address of told) if (address) await tell(em, userId, { address, kind: 'payout-receiver-changes', facts });
}

/** Payouts that waited for the change are looked at again. False when there was none to cancel. */
export async function cancelChange(em: EntityManager, userId: UserId): Promise<boolean> {
  if (!(await cancelResting(em, userId))) return false;
  await em.execute(
    `update payout_legs set next_check_at = clock_now() where user_id = ? and status = 'PENDING' and beneficiary = 'reseller'`,
    [userId],
  );
  return true;
}

const cancelResting = async (em: EntityManager, userId: UserId): Promise<boolean> =>
  (
    await em.execute<{ id: string }[]>(
      `update receiver_changes set cancelled_at = clock_now()
       where user_id = ? and cancelled_at is null and holds_from > clock_now() returning id`,
      [userId],
    )
  ).length > 0;
