import { invariant } from '../../domain/call-outcome.ts';
import { browserBuyingAllowed } from '../../store/accounts/settings.ts';
import { commissionAdmin, findUser } from '../../store/accounts/users.ts';
import { credentialByAccount } from '../../store/connections/credentials.ts';
import { buyerAccountState } from '../../store/connections/shop-accounts.ts';
import { browserBuyer } from '../../store/connections/supplier-payer.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order, SupplierOrder } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import { updateOrder } from '../../store/orders/orders.ts';
import { ofThePlatform } from '../connections/account-shown.ts';
import type { Context } from '../context/context.ts';
import { parkInDoubt, recheck, wait } from '../step/order-step.ts';
import { accountOf } from './supplier-reader.ts';

export type Buyer = { credential: Credential } | { waits: string };

/** The log-in that could buy the order in a browser now, or why there is none. */
export const browserBuyerFor = (ctx: Context, order: Order): Promise<{ credential: Credential } | { off: string }> =>
  ctx.store.read(async em => {
    if (!ctx.config.allowBrowserAutomation) return { off: 'buying in the browser is switched off' };
    if (!(await browserBuyingAllowed(em))) return { off: 'buying in the browser is switched off for now' };
    if (!(await findUser(em, order.userId))?.browserBuying)
      return { off: 'buying in the browser is switched off for this reseller' };
    const credential = await browserBuyer(em, order, ctx.config.aliexpress.environment);
    return credential ? { credential } : { off: 'there is no browser log-in to buy with' };
  });

/** The log-in to buy with, or what the order waits for. */
export async function presentBuyer(ctx: Context, order: Order): Promise<Buyer> {
  const browser = await browserBuyerFor(ctx, order);
  return 'off' in browser
    ? { waits: await backToApi(ctx, order, browser.off) }
    : usable(ctx, order, browser.credential);
}

/** The log-in that the order was bought with, even while buying is switched off: no other account can see the order. */
export async function formerBuyer(
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
    : effect && (await ctx.store.read(em => sentWith(em, order, effect)));
  if (inDoubt) return credential ? { credential } : { waits: await parkInDoubt(ctx, order, inDoubt) };
  invariant(credential, `order ${order.id} was bought with some account`);
  return usable(ctx, order, credential);
}

/** Never another user's log-in: a purchase may have named its account, and then failed to log in. */
async function sentWith(em: EntityManager, order: Order, { environment, account }: Effect): Promise<Credential | null> {
  const owner = await credentialByAccount(em, 'aliexpress', environment, account);
  if (owner?.userId === order.userId) return owner;
  const buyer = await browserBuyer(em, order, environment);
  if (buyer?.accountId === account) return buyer;
  // The platform's own log-in, even if its use has been switched off since.
  return owner && owner.userId === (await commissionAdmin(em)).id ? owner : null;
}

async function usable(ctx: Context, order: Order, credential: Credential): Promise<Buyer> {
  const standing = await ctx.store.read(em => buyerAccountState(em, credential));
  const name = nameFor(order, credential);
  switch (standing.health) {
    case 'healthy':
      return { credential };
    case 'paused':
      return { waits: await wait(ctx, order, 'BUYER_ACCOUNT_PAUSED', { note: pauseText(name, standing.pausedFor) }) };
    case 'reconnect needed':
      return {
        waits: await wait(ctx, order, 'RECONNECT_NEEDED', { note: `the browser log-in ${name} must be entered again` }),
      };
  }
}

/** Only a process with a browser can find the purchase; after `browserLookForMs` a person decides. */
async function withoutBrowser(ctx: Context, order: Order, inDoubt: Effect | undefined): Promise<string> {
  const lookUntil = (inDoubt?.firstSentAt?.getTime() ?? Number.POSITIVE_INFINITY) + ctx.config.browserLookForMs;
  if (inDoubt && ctx.now().getTime() > lookUntil) return parkInDoubt(ctx, order, inDoubt);
  return recheck(ctx, order, ctx.config.waitRecheckMs, {
    note: 'it may have been bought in a browser, and this process has none',
  });
}

/** Sends the order back to the API's queue: an account may be connected meanwhile. */
const backToApi = (ctx: Context, order: Order, why: string): Promise<string> =>
  wait(ctx, order, 'BROWSER_AUTOMATION_DISABLED', {
    note: `the API cannot buy it, and ${why}`,
    also: em => updateOrder(em, order, { purchaseRoute: 'api' }),
  });

/** The log-in's name as its reseller may read it: the platform's own account name is not shown to them. */
export const nameFor = ({ userId }: Order, credential: Credential): string =>
  credential.userId === userId ? credential.accountName : ofThePlatform;

export const pauseText = (name: string, reason: string): string =>
  `${reason} stopped the browser log-in ${name}: a person must look at it on the website, then release it`;
