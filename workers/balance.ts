import { platformCurrency } from '../domain/fees.ts';
import type { UserId } from '../domain/ids.ts';
import { type Money, zero } from '../domain/money.ts';
import type { Enqueue } from '../queues/transact.ts';
import { type Provider, setAvailable } from '../store/funding.ts';
import type { EntityManager } from '../store/open.ts';
import type { Context } from './context.ts';

/** The account that pays: the platform's at a provider (owner null), or a reseller's own. */
export type Payer = {
  readonly ownerId: UserId | null;
  readonly provider: Provider;
  read(): Promise<{ asOf: Date; available: readonly Money[] }>;
};

/** Reads the platform's balance anew. A reseller's own account cannot be read: its limit is set by an operator. */
async function refreshBalance(ctx: Context, payer: Payer): Promise<boolean> {
  if (payer.ownerId !== null) return false;
  const { asOf, available } = await payer.read();
  const ours = available.find(amount => amount.currency === platformCurrency) ?? zero(platformCurrency);
  // A report from the future would hide what we spent just now.
  const known = asOf > ctx.now() ? ctx.now() : asOf;
  await ctx.store.transaction(em => setAvailable(em, null, ours, known, payer.provider));
  return true;
}

/**
 * Tries to reserve with the balance that is known, and once more with a fresh one. `attempt` runs in a transaction and
 * commits what it reserved together with the move that it allows.
 */
export async function withBalance<Answer extends { reserved: boolean }>(
  ctx: Context,
  payer: Payer,
  attempt: (em: EntityManager, enqueue: Enqueue) => Promise<Answer>,
): Promise<Answer> {
  const first = await ctx.transact(attempt);
  if (first.reserved) return first;
  if (!(await refreshBalance(ctx, payer))) return first;
  return ctx.transact(attempt);
}
