import type { OrderId } from '../domain/ids.ts';
import { invariant, Retryable } from '../domain/outcome.ts';
import { credentialByAccount, needReconnect } from '../store/credentials.ts';
import { Unproven } from '../store/effects.ts';
import type { Effect } from '../store/entities/money.ts';
import type { Order, SupplierOrder } from '../store/entities/order.ts';
import type { Credential } from '../store/entities/people.ts';
import { keepEvidence } from '../store/evidence.ts';
import { assertOwner, updateOrder } from '../store/orders.ts';
import { pauseAccount, shopAccount } from '../store/shop-accounts.ts';
import { browserBuyer } from '../store/supplier-payer.ts';
import { note } from '../store/timeline.ts';
import { type HeldAccount, holdAccount } from './account-lease.ts';
import { nothingBought } from './before-buying.ts';
import { Obstacle, type ObstacleKind } from './browser/obstacle.ts';
import { isPageLost } from './browser/page-lost.ts';
import type { Visit } from './browser/shop.ts';
import type { Step } from './browser/steps.ts';
import { browserOff } from './browser-ready.ts';
import type { Context } from './context.ts';
import { fail, park, recheck, wait } from './order-step.ts';
import { accountOf } from './supplier-order.ts';

/** A visit is closed after this long, whatever it is at. */
const visitMs = 75_000;
const busyAgainMs = 5_000;

export type Stay = { visit: Visit; step(name: Step): Promise<void>; assertHeld: HeldAccount['assertHeld'] };
export type Buyer = { credential: Credential } | { waits: string };

/** The log-in to buy with, or what the order waits for. */
export async function whoBuys(ctx: Context, order: Order): Promise<Buyer> {
  const credential = await ctx.store.read(em => browserBuyer(em, order, ctx.config.aliexpress.environment));
  const off = await browserOff(ctx, order);
  if (off || !credential) return { waits: await backToApi(ctx, order, off ?? 'there is no log-in') };
  return usable(ctx, order, credential);
}

/** The log-in that it was bought with, also while buying is switched off: nobody else can see the order. */
export async function whoBought(
  ctx: Context,
  order: Order,
  rows: readonly SupplierOrder[],
  effect: Effect | null,
): Promise<Buyer> {
  const [row] = rows;
  const inDoubt = row === undefined && effect ? effect : undefined;
  if (!ctx.shop) return { waits: await withoutBrowser(ctx, order, inDoubt) };
  const credential = row
    ? await accountOf(ctx, row)
    : effect && (await ctx.store.read(em => credentialByAccount(em, 'aliexpress', effect.environment, effect.account)));
  if (inDoubt) return credential ? { credential } : { waits: await park(ctx, order, new Unproven(inDoubt)) };
  invariant(credential, `order ${order.id} was bought with some account`);
  return usable(ctx, order, credential);
}

async function usable(ctx: Context, order: Order, credential: Credential): Promise<Buyer> {
  const account = await ctx.store.read(em => shopAccount(em, credential.id));
  const name = nameFor(order, credential);
  if (credential.status !== 'HEALTHY' || !account)
    return {
      waits: await wait(ctx, order, 'RECONNECT_NEEDED', { note: `the browser log-in ${name} must be entered again` }),
    };
  if (!account.pausedFor) return { credential };
  return { waits: await wait(ctx, order, 'BUYER_ACCOUNT_PAUSED', { note: pauseText(name, account.pausedFor) }) };
}

/** Only a process with a browser can find it; what may have been bought is not looked for without end. */
async function withoutBrowser(ctx: Context, order: Order, inDoubt: Effect | undefined): Promise<string> {
  const lookUntil = (inDoubt?.firstSentAt?.getTime() ?? Number.POSITIVE_INFINITY) + ctx.config.browserLookForMs;
  if (inDoubt && ctx.now().getTime() > lookUntil) return park(ctx, order, new Unproven(inDoubt));
  return recheck(
    ctx,
    order,
    ctx.config.waitRecheckMs,
    'it may have been bought in a browser, and this process has none',
  );
}

/** Looked at again by the API's queue: an account may be connected meanwhile. */
const backToApi = (ctx: Context, order: Order, why: string): Promise<string> =>
  wait(ctx, order, 'BROWSER_AUTOMATION_DISABLED', {
    note: `the API cannot buy it, and ${why}`,
    also: em => updateOrder(em, order, { purchaseRoute: 'api' }),
  });

/** Resellers read it: the platform's own log-in is none of theirs. */
const nameFor = ({ userId }: Order, credential: Credential): string =>
  credential.userId === userId ? credential.accountName : 'of the platform';

const pauseText = (name: string, reason: string): string =>
  `${reason} stopped the browser log-in ${name}: somebody must look at it on the website, then release it`;

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
      busy: await recheck(ctx, order, busyAgainMs, `the log-in ${nameFor(order, credential)} is busy elsewhere`),
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
  const onTrouble = async (error: unknown, snapshot: Parameters<typeof keepSnapshot>[4]) =>
    keepSnapshot(ctx, order.id, now, error, snapshot);
  const signal = AbortSignal.any([ctx.signal, account.lost]);
  try {
    const options = { credential, deadlineMs: visitMs, signal, onTrouble };
    return await shop.visit(options, visit => task({ visit, step, assertHeld: account.assertHeld }));
  } catch (error) {
    if (isPageLost(error)) throw new Retryable('BROWSER_LOST', `the page was lost at ${now}`, { cause: error });
    throw error;
  } finally {
    await account.giveBack();
  }
}

/** Looked at again and again: the timeline is for what happens. */
const isPoll = (name: Step): boolean => name === 'order-detail' || name === 'order-list';

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

/** Nobody logs in with it before somebody has put it right. */
export async function stopAccount(ctx: Context, { id }: Credential, kind: ObstacleKind): Promise<void> {
  await ctx.store.transaction(em => (kind === 'WRONG_PASSWORD' ? needReconnect(em, id) : pauseAccount(em, id, kind)));
  ctx.log.error({ credentialId: id, kind }, 'a browser account stands still: somebody must look at it');
}

/** Nobody buys with the account until somebody has looked at it. */
export async function pausedBy(ctx: Context, order: Order, credential: Credential, { kind, message }: Obstacle) {
  await stopAccount(ctx, credential, kind);
  return wait(ctx, order, 'BUYER_ACCOUNT_PAUSED', {
    note: pauseText(nameFor(order, credential), `${kind} (${message})`),
  });
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
      await stopAccount(ctx, credential, kind);
      return wait(ctx, order, 'RECONNECT_NEEDED', {
        note: `the shop refuses the password of the log-in ${nameFor(order, credential)}`,
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
