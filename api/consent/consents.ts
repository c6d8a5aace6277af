import { createAliExpressConsent } from '../../providers/aliexpress/consent.ts';
import { createEbayConsent } from '../../providers/ebay/consent.ts';
import type { Gate } from '../../providers/gate/gate.ts';
import { createMercadoLibreConsent } from '../../providers/mercadolibre/consent.ts';
import type { Config } from '../../runtime/config.ts';
import type { Connectable, Environment } from '../../store/entities/people.ts';
import type { Deps } from '../deps.ts';

export const connectables = [
  'aliexpress-dropshipping',
  'ebay',
  'mercadolibre',
] as const satisfies readonly Connectable[];

export const openConsents = ({ aliexpress, ebay, mercadolibre }: Config, gate: Gate | undefined): Deps['consents'] => ({
  'aliexpress-dropshipping': createAliExpressConsent({ ...aliexpress, gate }),
  ebay: createEbayConsent({ ...ebay, gate }),
  mercadolibre: createMercadoLibreConsent({ ...mercadolibre, gate }),
});

export const environmentOf = (config: Config, name: Connectable): Environment =>
  name === 'aliexpress-dropshipping' ? config.aliexpress.environment : config[name].environment;
