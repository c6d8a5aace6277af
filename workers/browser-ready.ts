import type { Order } from '../store/entities/order.ts';
import { browserBuyingAllowed } from '../store/settings.ts';
import { browserBuyer } from '../store/supplier-payer.ts';
import { findUser } from '../store/users.ts';
import type { Context } from './context.ts';

/** Why an order cannot be bought in a browser now; nothing when it can. */
export const browserOff = (ctx: Context, order: Order): Promise<string | undefined> =>
  ctx.store.read(async em => {
    if (!ctx.config.allowBrowserAutomation) return 'buying in the browser is switched off';
    if (!(await browserBuyingAllowed(em))) return 'buying in the browser is switched off for now';
    if (!(await findUser(em, order.userId))?.browserBuying)
      return 'buying in the browser is switched off for this reseller';
    const buyer = await browserBuyer(em, order, ctx.config.aliexpress.environment);
    return buyer ? undefined : 'there is no browser log-in to buy with';
  });
