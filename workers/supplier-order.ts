import type { SupplierOrder as SupplierNews } from '../providers/aliexpress/order.ts';
import { findCredential } from '../store/credentials.ts';
import type { SupplierOrder } from '../store/entities/order.ts';
import type { Context } from './context.ts';
import { withToken } from './tokens.ts';

/** Reads one supplier order back with the account that placed it. */
export async function readSupplierOrder(ctx: Context, row: SupplierOrder): Promise<SupplierNews> {
  const { credentialId } = row;
  const credential = credentialId && (await ctx.store.read(em => findCredential(em, credentialId)));
  if (!credential) throw new Error(`supplier order ${row.number} has no account to ask with`);
  return withToken(ctx, credential, token =>
    ctx.providers.aliexpress.getOrder(token, row.number, { signal: ctx.signal }),
  );
}
