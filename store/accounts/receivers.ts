/**
 * Where a user's payouts go. A change rests before it holds, by the database's clock, and may be cancelled meanwhile:
 * whoever got hold of a session cannot have the next payout sent to themselves. A notice is written for the
 * address that is left, and for the one that the account logs in with (`store/accounts/notices.ts`).
 */
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/open.ts';
import type { PayoutLeg } from '../entities/money.ts';
import { User } from '../entities/people.ts';
import { tell } from './notices.ts';

/** A PayPal e-mail address, or a Payoneer payee id. */
export type PayTo = { readonly provider: PayoutLeg['route']; readonly receiver: string };
export type ReceiverChange = PayTo & { readonly holdsFrom: Date };

/** Where payouts go right now: what has rested holds. Without any choice the platform's provider pays the log-in's address. */
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

/** The change that rests, if there is one. */
export async function restingChange(em: EntityManager, userId: UserId): Promise<ReceiverChange | null> {
  const [row] = await em.execute<(PayTo & { holds_from: string })[]>(
    `select provider, receiver, holds_from::text from receiver_changes
     where user_id = ? and cancelled_at is null and holds_from > clock_now() order by holds_from desc limit 1`,
    [userId],
  );
  return row ? { provider: row.provider, receiver: row.receiver, holdsFrom: new Date(row.holds_from) } : null;
}

/** Takes the place of a change that still rests. @param from where payouts go until then */
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
  // A payee id of Payoneer's is no address.
  const told = new Set([user?.email, from.receiver].filter(address => address?.includes('@')));
  for (const address of told) if (address) await tell(em, userId, { address, kind: 'payout-receiver-changes', facts });
}

/** What waited for it is looked at again. False when none rests. */
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
