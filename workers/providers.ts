import { createAliExpressClient } from '../providers/aliexpress/client.ts';
import { createEbayClient } from '../providers/ebay/client.ts';
import { createRateSource } from '../providers/fx/client.ts';
import { createMercadoLibreClient } from '../providers/mercadolibre/client.ts';
import { createPayoneerClient } from '../providers/payoneer/client.ts';
import { createPayPalClient } from '../providers/paypal/client.ts';
import type { Config } from '../runtime/config.ts';
import type { Providers } from './context.ts';

export const openProviders = ({
  paypal,
  aliexpress,
  ebay,
  mercadolibre,
  payoneer,
  fxSourceUrl,
}: Config): Providers => ({
  paypal: createPayPalClient(paypal),
  aliexpress: createAliExpressClient(aliexpress),
  ebay: createEbayClient(ebay),
  mercadolibre: createMercadoLibreClient(mercadolibre),
  ...payoneerOf(payoneer),
  ...(fxSourceUrl ? { rates: createRateSource({ url: fxSourceUrl }) } : {}),
});

function payoneerOf({
  clientId,
  clientSecret,
  programId,
  baseUrl,
  loginUrl,
}: Config['payoneer']): Pick<Providers, 'payoneer'> {
  if (!clientId || !clientSecret || !programId) return {};
  return { payoneer: createPayoneerClient({ clientId, clientSecret, programId, baseUrl, loginUrl }) };
}
