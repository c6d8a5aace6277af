import type { SupplierOrder as SupplierNews } from '../../providers/aliexpress/order.ts';
import type { Parcel } from '../../providers/aliexpress/product.ts';
import { findCredential } from '../../store/connections/credentials.ts';
import type { SupplierOrder } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import { withToken } from '../connections/fresh-token.ts';
import type { Context } from '../context/context.ts';

/** How the supplier's news of an order is read: through its API, or on its website. */
export type SupplierReader = {
  order(row: SupplierOrder): Promise<SupplierNews>;
  parcels(row: SupplierOrder): Promise<readonly Parcel[]>;
};

/** Through the API, with the account that placed each order. */
export const throughApi = (ctx: Context): SupplierReader => ({
  order: async row =>
    withToken(ctx, await accountOf(ctx, row), token =>
      ctx.providers.aliexpress.getOrder(token, row.number, { signal: ctx.signal }),
    ),
  parcels: async row =>
    withToken(ctx, await accountOf(ctx, row), token =>
      ctx.providers.aliexpress.getTracking(token, row.number, { signal: ctx.signal }),
    ),
});

/** The account that placed the supplier order: no other account may read it. */
export async function accountOf(ctx: Context, { credentialId, number }: SupplierOrder): Promise<Credential> {
  const credential = credentialId && (await ctx.store.read(em => findCredential(em, credentialId)));
  if (!credential) throw new Error(`supplier order ${number} has no account to ask with`);
  return credential;
}
