import { platformCurrency } from '../domain/fees.ts';
import type { UserId } from '../domain/ids.ts';
import { zero } from '../domain/money.ts';
import type { Enqueue } from '../queues/transact.ts';
import { setAvailable } from '../store/funding.ts';
import type { EntityManager } from '../store/open.ts';
import type { Context } from './context.ts';

/** Reads the platform's balance anew. A reseller's own account cannot be read: its limit is set by an operator. */
async function refreshBalance(ctx: Context, ownerId: UserId | null): Promise<boolean> {
  if (ownerId !== null) return false;
  const { asOf, available } = await ctx.providers.paypal.getBalances({ signal: ctx.signal });
  const ours = available.find(amount => amount.currency === platformCurrency) ?? zero(platformCurrency);
  // A report from the future would hide what we spent just now.
  const known = asOf > ctx.now() ? ctx.now() : asOf;
  await ctx.store.transaction(em => setAvailable(em, null, ours, known));
  return true;
}

/**
 * Tries to reserve with the balance that is known, and once more with a fresh one. `attempt` runs in a transaction and
 * commits what it reserved together with the move that it allows.
 */
export async function withBalance<Answer extends { reserved: boolean }>(
  ctx: Context,
  ownerId: UserId | null,
  attempt: (em: EntityManager, enqueue: Enqueue) => Promise<Answer>,
): Promise<Answer> {
  const first = await ctx.transact(attempt);
  if (first.reserved) return first;
  if (!(await refreshBalance(ctx, ownerId))) return first;
  return ctx.transact(attempt);
}
