import { Retryable } from '../../domain/call-outcome.ts';
import type { OrderId } from '../../domain/ids.ts';
import { claimShopLogin } from '../../store/connections/claim-shop-login.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import { keepEvidence } from '../../store/orders/evidence.ts';
import { assertOwner } from '../../store/orders/orders.ts';
import { note } from '../../store/orders/timeline.ts';
import type { Step } from '../context/browser-steps.ts';
import type { Context } from '../context/context.ts';
import type { Snapshot, Unseen, Visit } from '../context/shop-visit.ts';
import { nameFor } from '../purchase/browser-buyer.ts';
import { recheck } from '../step/order-step.ts';
import { type HeldAccount, holdAccount } from './account-lease.ts';
import { Obstacle } from './obstacle.ts';
import { isPageLost } from './page-lost.ts';

/** A visit is closed after this long, whatever it is at. */
const visitMs = 75_000;
const busyAgainMs = 5_000;

export type Stay = { visit: Visit; step(name: Step): Promise<void>; assertHeld: HeldAccount['assertHeld'] };

/**
 * One stay in the shop for one order. Each account is in the shop once; each step is named in the timeline; what was
 * seen last, when it went wrong, is kept. @throws Retryable when the page was lost, and what the task throws
 */
export async function visitShop<T>(
  ctx: Context,
  order: Order,
  credential: Credential,
  task: (stay: Stay) => Promise<T>,
): Promise<T | { busy: string }> {
  const { shop, store } = ctx;
  if (!shop) throw new Error('this process has no browser');
  const account = await holdAccount(ctx, credential.id);
  if (!account)
    return {
      busy: await recheck(ctx, order, busyAgainMs, {
        note: `the log-in ${nameFor(order, credential)} is busy elsewhere`,
      }),
    };
  let now: Step | 'log-in' = 'log-in';
  const step = async (name: Step): Promise<void> => {
    now = name;
    await store.transaction(async em => {
      // A run that lost the order stops here, before it touches the account's cart or address again.
      await assertOwner(em, order);
      if (!isPoll(name)) await note(em, order.id, 'tried', `in the browser: ${name}`, { step: name });
    });
    await ctx.failpoint?.(name);
  };
  const onTrouble = (error: unknown, snapshot: Snapshot | Unseen) => keepSnapshot(ctx, order.id, now, error, snapshot);
  const signal = AbortSignal.any([ctx.signal, account.lost]);
  try {
    const options = { credential, deadlineMs: visitMs, signal, onTrouble };
    return await shop.visit(options, visit =>
      task({ visit: claiming(ctx, credential, visit), step, assertHeld: account.assertHeld }),
    );
  } catch (error) {
    if (isPageLost(error)) throw new Retryable('BROWSER_LOST', `the page was lost at ${now}`, { cause: error });
    throw error;
  } finally {
    await account.giveBack();
  }
}

/** The first user who gets in owns the log-in. @throws Obstacle when that was another user, who is not named */
function claiming({ store }: Context, { id, claimedAt }: Credential, visit: Visit): Visit {
  let isClaimed = claimedAt != null;
  return {
    ...visit,
    async open(path) {
      await visit.open(path);
      isClaimed ||= await store.transaction(em => claimShopLogin(em, id));
      if (!isClaimed) throw new Obstacle('LOGIN_NOT_TAKEN', 'the log-in cannot be used here');
    },
  };
}

/** Looked at again and again: the timeline is for what happens. */
const isPoll = (name: Step): boolean => name === 'order-detail' || name === 'order-list';

async function keepSnapshot(
  ctx: Context,
  orderId: OrderId,
  step: string,
  error: unknown,
  snapshot: Snapshot | Unseen,
): Promise<void> {
  const reason = error instanceof Obstacle ? error.kind : error instanceof Error ? error.name : 'unknown';
  await ctx.store.transaction(async em => {
    if ('missing' in snapshot) return note(em, orderId, 'noted', `${reason} at ${step}: ${snapshot.missing}`, { step });
    const evidence = await keepEvidence(em, orderId, { step, reason, ...snapshot });
    await note(em, orderId, 'noted', `${reason} at ${step}: the page was kept`, { step, evidence });
  });
}
