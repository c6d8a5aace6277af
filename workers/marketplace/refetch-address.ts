import type { Address } from '../../domain/address.ts';
import { findCredential } from '../../store/connections/credentials.ts';
import type { Order } from '../../store/entities/order.ts';
import { ReconnectNeeded } from '../connections/fresh-token.ts';
import type { Context } from '../context/context.ts';
import { saysAbsent } from './absent-sale.ts';
import { readMarketplaceOrder } from './marketplace-order.ts';

const firstLooksMs = 15 * 60_000;

/** When a marketplace is asked again for an address it did not have: soon for a new sale, less often for an old one. */
export function nextAddressLook(ctx: Context, { createdAt }: Order): Date {
  const now = ctx.now().getTime();
  return new Date(now + Math.max(firstLooksMs, (now - createdAt.getTime()) / 10));
}

/**
 * The address that a marketplace had not given with the sale, and may know by now: MercadoLibre's lies in the shipment,
 * which its buyer may still be choosing, and a change of it is told to nobody.
 */
export async function readAddress(ctx: Context, order: Order): Promise<Address | undefined> {
  const { credentialId, externalOrderId } = order;
  const credential = credentialId && (await ctx.store.read(em => findCredential(em, credentialId)));
  if (!credential || !externalOrderId) return undefined;
  try {
    return (await readMarketplaceOrder(ctx, credential, externalOrderId)).shipTo;
  } catch (error) {
    // Nothing is bought without an address: the order goes on waiting for it, and not for something else.
    if (saysAbsent(error) || error instanceof ReconnectNeeded) return undefined;
    throw error;
  }
}
