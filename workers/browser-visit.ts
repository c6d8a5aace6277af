import type { OrderId } from '../domain/ids.ts';
import { Retryable } from '../domain/outcome.ts';
import { needReconnect } from '../store/credentials.ts';
import type { Order } from '../store/entities/order.ts';
import type { Credential } from '../store/entities/people.ts';
import { keepEvidence } from '../store/evidence.ts';
import { updateOrder } from '../store/orders.ts';
import { leaseAccount, pauseAccount, returnAccount, shopAccount } from '../store/shop-accounts.ts';
import { browserBuyer } from '../store/supplier-payer.ts';
import { note } from '../store/timeline.ts';
import { nothingBought } from './before-buying.ts';
import { Obstacle } from './browser/obstacle.ts';
import { isPageLost } from './browser/page-lost.ts';
import type { Visit } from './browser/shop.ts';
import type { Step } from './browser/steps.ts';
import { browserOff } from './browser-ready.ts';
import type { Context } from './context.ts';
import { fail, recheck, wait } from './order-step.ts';

/** A visit is closed after this long, whatever it is at. */
const visitMs = 75_000;
/** What closing it may take: the account is somebody else's after that, also when we have died. */
const leaseMs = visitMs + 15_000;
const busyAgainMs = 5_000;

export type Stay = { visit: Visit; step(name: Step): Promise<void> };

/** The log-in to buy with, or what the order waits for. What was clicked is looked for also while buying is off. */
export async function whoBuys(
  ctx: Context,
  order: Order,
  { clicked }: { clicked: boolean },
): Promise<{ credential: Credential } | { waits: string }> {
  const credential = await ctx.store.read(em => browserBuyer(em, order, ctx.config.aliexpress.environment));
  const account = credential && (await ctx.store.read(em => shopAccount(em, credential.id)));
  if (clicked && !ctx.shop) {
    const text = 'it may have been bought in a browser, and this process has none';
    return { waits: await recheck(ctx, order, ctx.config.waitRecheckMs, text) };
  }
  if (credential && account && clicked) return { credential };
  const off = await browserOff(ctx, order);
  if (off || !credential) return { waits: await backToApi(ctx, order, off ?? 'there is no log-in') };
  if (credential.status !== 'HEALTHY' || !account) {
    const text = `the browser log-in ${credential.accountName} must be entered again`;
    return { waits: await wait(ctx, order, 'RECONNECT_NEEDED', { note: text }) };
  }
  if (!account.pausedFor) return { credential };
  const text = pauseText(credential, account.pausedFor);
  return { waits: await wait(ctx, order, 'BUYER_ACCOUNT_PAUSED', { note: text }) };
}

/** Looked at again by the API's queue: an account may be connected meanwhile. */
const backToApi = (ctx: Context, order: Order, why: string): Promise<string> =>
  wait(ctx, order, 'BROWSER_AUTOMATION_DISABLED', {
    note: `the API cannot buy it, and ${why}`,
    also: em => updateOrder(em, order, { purchaseRoute: 'api' }),
  });

const pauseText = ({ accountName }: Credential, reason: string): string =>
  `${reason} stopped the browser account ${accountName}: look at it on the website, then release it`;

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
  if (!(await store.transaction(em => leaseAccount(em, credential.id, order.id, leaseMs))))
    return {
      busy: await recheck(ctx, order, busyAgainMs, `the account ${credential.accountName} is buying elsewhere`),
    };
  let now: Step | 'log-in' = 'log-in';
  const step = async (name: Step): Promise<void> => {
    now = name;
    await store.transaction(em => note(em, order.id, 'tried', `in the browser: ${name}`, { step: name }));
    await ctx.failpoint?.(name);
  };
  const onTrouble = async (error: unknown, snapshot: Parameters<typeof keepSnapshot>[4]) =>
    keepSnapshot(ctx, order.id, now, error, snapshot);
  try {
    return await shop.visit({ credential, deadlineMs: visitMs, signal: ctx.signal, onTrouble }, visit =>
      task({ visit, step }),
    );
  } catch (error) {
    if (isPageLost(error)) throw new Retryable('BROWSER_LOST', `the page was lost at ${now}`, { cause: error });
    throw error;
  } finally {
    await store.transaction(em => returnAccount(em, credential.id, order.id, ctx.config.browserPaceMs));
  }
}

async function keepSnapshot(
  ctx: Context,
  orderId: OrderId,
  step: string,
  error: unknown,
  snapshot: { url: string; screenshot: Buffer; html: string } | undefined,
): Promise<void> {
  const reason = error instanceof Obstacle ? error.kind : error instanceof Error ? error.name : 'unknown';
  await ctx.store.transaction(async em => {
    const evidence = snapshot && (await keepEvidence(em, orderId, { step, reason, ...snapshot }));
    const text = evidence ? `${reason} at ${step}: the page was kept` : `${reason} at ${step}: the page is gone`;
    await note(em, orderId, 'noted', text, { step, ...(evidence ? { evidence } : {}) });
  });
}

/** Nobody buys with the account until somebody has looked at it. */
export async function pausedBy(ctx: Context, order: Order, credential: Credential, { kind, message }: Obstacle) {
  await ctx.store.transaction(em => pauseAccount(em, credential.id, kind));
  ctx.log.error({ credentialId: credential.id, kind }, 'a browser account is paused: somebody must look at it');
  return wait(ctx, order, 'BUYER_ACCOUNT_PAUSED', { note: pauseText(credential, `${kind} (${message})`) });
}

/** What stood in the way before anything was bought, as the order's next state. */
export async function obstructed(ctx: Context, order: Order, credential: Credential, obstacle: Obstacle) {
  const { kind, message } = obstacle;
  switch (kind) {
    case 'CAPTCHA':
    case 'TWO_FACTOR':
    case 'ACCOUNT_RESTRICTED':
    case 'LAYOUT_UNKNOWN':
      return pausedBy(ctx, order, credential, obstacle);
    case 'WRONG_PASSWORD':
      await ctx.store.transaction(em => needReconnect(em, credential.id));
      return wait(ctx, order, 'RECONNECT_NEEDED', {
        note: `the shop refuses the password of ${credential.accountName}`,
      });
    case 'ADDRESS_REFUSED':
      return wait(ctx, order, 'ADDRESS_INVALID', { note: 'the shop refuses the address', ...nothingBought(order) });
    case 'PRICE_ROSE':
      return fail(ctx, order, 'PRICE_ABOVE_MAXIMUM', message, nothingBought(order).also);
    case 'PRODUCT_GONE':
    case 'VARIANT_GONE':
    case 'OUT_OF_STOCK':
    case 'NOT_SHIPPABLE':
      return fail(ctx, order, kind, message, nothingBought(order).also);
  }
}
