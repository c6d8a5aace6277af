import { unreachable } from '../../domain/call-outcome.ts';
import type { MarketplaceOrder } from '../../domain/marketplace-order.ts';
import { isMarketplace } from '../../domain/sale-channel.ts';
import type { Credential } from '../../store/entities/people.ts';
import type { Context } from '../context/context.ts';
import { readEbayOrder } from './ebay-order.ts';
import { readMercadoLibreOrder } from './mercadolibre-order.ts';

/** Reads an order back with its seller's own token. @throws ReconnectNeeded, Terminal, Retryable */
export function readMarketplaceOrder(ctx: Context, credential: Credential, orderId: string): Promise<MarketplaceOrder> {
  const { apiName } = credential;
  if (!isMarketplace(apiName)) throw new Error(`${apiName} is no marketplace`);
  switch (apiName) {
    case 'ebay':
      return readEbayOrder(ctx, credential, orderId);
    case 'mercadolibre':
      return readMercadoLibreOrder(ctx, credential, orderId);
    default:
      return unreachable(apiName);
  }
}
