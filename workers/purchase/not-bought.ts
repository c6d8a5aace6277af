/** What happens to an order whose purchase the supplier refuses: for this account, this address, or this offer. */

import type { PermissionRefused, Terminal } from '../../domain/call-outcome.ts';
import type { FailureReason } from '../../domain/order.ts';
import { jobForOrder } from '../../queues/next-job.ts';
import { advance } from '../../queues/transact.ts';
import { isInDoubt, standingEffect, timesRefused } from '../../store/effects/effects.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import { updateOrder } from '../../store/orders/orders.ts';
import { note } from '../../store/orders/timeline.ts';
import type { Context } from '../context/context.ts';
import { fail, move, recheck, wait } from '../step/order-step.ts';
import { browserBuyerFor } from './browser-buyer.ts';
import { refusalMeaning } from './purchase-refusal.ts';

/** Handles the supplier's certain refusal. */
export async function refused(order: Order, refusal: Terminal, ctx: Context): Promise<string> {
  const meaning = refusalMeaning(refusal);
  switch (meaning.kind) {
    case 'browser':
      return leaveToBrowser(ctx, order, refusal.message);
    case 'address':
      return wait(ctx, order, 'ADDRESS_INVALID', { note: refusal.message });
    case 'account':
      return move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION', note: refusal.message });
    case 'currency':
      return foreignPrice(ctx, order, refusal.message);
    case 'offer changed':
      return chooseAnew(ctx, order, refusal, meaning.reason);
    case 'failed':
      return fail(ctx, order, meaning.reason, { note: refusal.message });
  }
}

/** After this many changed offers the order fails. */
const offersMax = 3;

async function chooseAnew(
  ctx: Context,
  order: Order,
  { code, message }: Terminal,
  reason: FailureReason,
): Promise<string> {
  const refused = await ctx.store.read(em => timesRefused(em, 'buy', order.id, code));
  if (refused >= offersMax) return fail(ctx, order, reason, { note: `${refused} offers in a row: ${message}` });
  const text = `what was offered has changed, a fresh offer is chosen: ${message}`;
  return recheck(ctx, order, ctx.config.supplierPollMs, {
    note: text,
    also: em => note(em, order.id, 'tried', text, { code }),
  });
}

export const foreignPrice = (ctx: Context, order: Order, note: string): Promise<string> =>
  move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'SUPPLIER_CURRENCY', note });

/** The order froze who pays the supplier when it came in: with another payer's money the books would be wrong. */
export const payerChanged = (ctx: Context, order: Order, { accountName, moneyHolder }: Credential): Promise<string> =>
  wait(ctx, order, 'RECONNECT_NEEDED', {
    note: `the order is to be paid with the ${order.supplierPaidBy}’s money, and AliExpress account ${accountName} pays with the ${moneyHolder}’s: connect one that pays with the ${order.supplierPaidBy}’s, or cancel the order`,
  });

/**
 * The API refuses purchases to the account. A browser buys instead, if it may and nothing can have been bought already;
 * otherwise the order waits until the owner connects the account again.
 */
export async function mayNotBuy(
  ctx: Context,
  order: Order,
  { accountName }: Credential,
  { message }: PermissionRefused,
): Promise<string> {
  const effect = await ctx.store.read(em => standingEffect(em, 'buy', order.id));
  if (!isInDoubt(effect) && !('off' in (await browserBuyerFor(ctx, order)))) return leaveToBrowser(ctx, order, message);
  const note = `AliExpress account ${accountName} must be connected again, it may not buy any more: ${message}`;
  return wait(ctx, order, 'RECONNECT_NEEDED', { note });
}

export async function leaveToBrowser(ctx: Context, order: Order, why: string): Promise<string> {
  const browser = await browserBuyerFor(ctx, order);
  if ('off' in browser) return wait(ctx, order, 'BROWSER_AUTOMATION_DISABLED', { note: `${why}, and ${browser.off}` });
  const text = `handed over to the browser: ${why}`;
  return ctx.transact(async (em, enqueue) => {
    await updateOrder(em, order, { purchaseRoute: 'browser' });
    if (order.status === 'WAITING') await advance(em, enqueue, order, { to: 'PURCHASING', note: text });
    else {
      await note(em, order.id, 'noted', text);
      enqueue(jobForOrder(order));
    }
    return 'handed over to the browser';
  });
}
