import type { Address } from '../../domain/address.ts';
import { findCredential } from '../../store/connections/credentials.ts';
import type { Order } from '../../store/entities/order.ts';
import { ReconnectNeeded } from '../connections/fresh-token.ts';
import type { Context } from '../context/context.ts';
import { saysAbsent } from './absent-sale.ts';
import { readMarketplaceOrder } from './marketplace-order.ts';

const firstLooksMs = 15 * 60_000;

/** When to ask a marketplace again for a missing address: soon for a new sale, less often for an old one. */
export function nextAddressLook(ctx: Context, { createdAt }: Order): Date {
  const now = ctx.now().getTime();
  return new Date(now + Math.max(firstLooksMs, (now - createdAt.getTime()) / 10));
}

/**
 * Asks again for an address that the marketplace did not give with the sale. MercadoLibre has it in the shipment, which
 * the buyer may still be choosing, and sends no notification when it changes.
 */
export async function readAddress(ctx: Context, order: Order): Promise<Address | undefined> {
  const { credentialId, externalOrderId } = order;
  const credential = credentialId && (await ctx.store.read(em => findCredential(em, credentialId)));
  if (!credential || !externalOrderId) return undefined;
  try {
    return (await readMarketplaceOrder(ctx, credential, externalOrderId)).shipTo;
  } catch (error) {
    // Nothing is bought without an address, so the order keeps waiting for the address, and not for the connection.
    if (saysAbsent(error) || error instanceof ReconnectNeeded) return undefined;
    throw error;
  }
}
