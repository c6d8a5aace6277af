/** Which account would buy an order that waits for one: money is reserved only when there is an account that can. */
import { forAnAccount, type WaitReason } from '../../domain/order.ts';
import { credentialOf, findCredential } from '../../store/connections/credentials.ts';
import { buyerAccountState } from '../../store/connections/shop-accounts.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import type { Context } from '../context/context.ts';
import { browserBuyerFor, nameFor, pauseText } from './browser-buyer.ts';

type Missing = { readonly reason: WaitReason; readonly note: string };

/** What an order that waited for an account must still wait for; undefined where it may be let through. */
export async function missingBuyer(ctx: Context, order: Order): Promise<Missing | undefined> {
  if (!order.waitReason || !forAnAccount.has(order.waitReason)) return undefined;
  const { credentialId } = order;
  const seller = credentialId && (await ctx.store.read(em => findCredential(em, credentialId)));
  if (seller && seller.status !== 'HEALTHY') return reconnect(seller);
  const browser = await browserBuyerFor(ctx, order);
  if (order.purchaseRoute === 'browser' && 'credential' in browser) return standing(ctx, order, browser.credential);
  const { environment } = ctx.config.aliexpress;
  const api = await ctx.store.read(em => credentialOf(em, order.userId, 'aliexpress-dropshipping', environment));
  if (!api || api.status === 'DISCONNECTED') {
    if ('credential' in browser) return undefined;
    return api
      ? reconnect(api)
      : { reason: 'BROWSER_AUTOMATION_DISABLED', note: `no AliExpress API account is connected, and ${browser.off}` };
  }
  if (api.status !== 'HEALTHY' || api.moneyHolder !== order.supplierPaidBy) return reconnect(api);
  return undefined;
}

const reconnect = ({ apiName, accountName }: Credential): Missing => ({
  reason: 'RECONNECT_NEEDED',
  note: `${apiName} account ${accountName} must be connected again`,
});

async function standing(ctx: Context, order: Order, credential: Credential): Promise<Missing | undefined> {
  const found = await ctx.store.read(em => buyerAccountState(em, credential));
  const name = nameFor(order, credential);
  switch (found.health) {
    case 'healthy':
      return undefined;
    case 'paused':
      return { reason: 'BUYER_ACCOUNT_PAUSED', note: pauseText(name, found.pausedFor) };
    case 'reconnect needed':
      return { reason: 'RECONNECT_NEEDED', note: `the browser log-in ${name} must be entered again` };
  }
}
