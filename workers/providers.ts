import { createAliExpressClient } from '../providers/aliexpress/client.ts';
import { createEbayClient } from '../providers/ebay/client.ts';
import { createMercadoLibreClient } from '../providers/mercadolibre/client.ts';
import { createPayPalClient } from '../providers/paypal/client.ts';
import type { Config } from '../runtime/config.ts';
import type { Providers } from './context.ts';

export const openProviders = ({ paypal, aliexpress, ebay, mercadolibre }: Config): Providers => ({
  paypal: createPayPalClient(paypal),
  aliexpress: createAliExpressClient(aliexpress),
  ebay: createEbayClient(ebay),
  mercadolibre: createMercadoLibreClient(mercadolibre),
});
