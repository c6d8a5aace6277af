import { createAliExpressClient } from '../../providers/aliexpress/client.ts';
import { createEbayClient } from '../../providers/ebay/client.ts';
import { createRateSource } from '../../providers/fx/client.ts';
import type { Gate } from '../../providers/gate/gate.ts';
import { createMercadoLibreClient } from '../../providers/mercadolibre/client.ts';
import { createPayoneerClient } from '../../providers/payoneer/client.ts';
import { createPayPalClient } from '../../providers/paypal/client.ts';
import type { WorkerConfig } from '../../runtime/config.ts';
import type { FormerKeys } from '../../store/connections/provider-keys.ts';
import type { Providers } from './context.ts';

/**
 * @param gate passed by every call; undefined where a tool or a test calls the providers directly
 * @param former keys of accounts that were replaced
 * @param now the clock that decides whether a token has expired
 */
export const openProviders = (
  { paypal, aliexpress, ebay, mercadolibre, payoneer, fxSourceUrl }: WorkerConfig,
  gate: Gate | undefined,
  { former, now = Date.now }: { former?: FormerKeys; now?: () => number } = {},
): Providers => ({
  paypal: createPayPalClient({ ...paypal, gate }),
  aliexpress: createAliExpressClient({ ...aliexpress, gate, now }),
  ebay: createEbayClient({ ...ebay, gate, now }),
  mercadolibre: createMercadoLibreClient({ ...mercadolibre, gate, now }),
  ...payoneerOf(payoneer, gate),
  ...(former ? { former: formerOf(former, { paypal, payoneer }, gate) } : {}),
  ...(fxSourceUrl ? { rates: createRateSource({ url: fxSourceUrl, gate }) } : {}),
});

const formerOf = (
  former: FormerKeys,
  { paypal, payoneer }: Pick<WorkerConfig, 'paypal' | 'payoneer'>,
  gate: Gate | undefined,
): NonNullable<Providers['former']> => ({
  paypal: new Map(former.paypal.map(keys => [keys.clientId, createPayPalClient({ ...paypal, ...keys, gate })])),
  payoneer: new Map(
    former.payoneer.map(keys => {
      const { baseUrl, loginUrl } = payoneer;
      return [keys.programId, createPayoneerClient({ baseUrl, loginUrl, ...keys, gate })];
    }),
  ),
});

function payoneerOf(
  { clientId, clientSecret, programId, baseUrl, loginUrl }: WorkerConfig['payoneer'],
  gate: Gate | undefined,
): Pick<Providers, 'payoneer'> {
  if (!clientId || !clientSecret || !programId) return {};
  return { payoneer: createPayoneerClient({ clientId, clientSecret, programId, baseUrl, loginUrl, gate }) };
}
