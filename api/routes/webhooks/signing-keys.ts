import { hourMs } from '../../../domain/durations.ts';
import type { EbayKey } from '../../../providers/ebay/webhook.ts';
import type { FetchCertificate } from '../../../providers/paypal/certificate.ts';
import { createSigningKeys, type SigningKeys } from '../../../providers/webhook/signing-keys.ts';
import { webhookKeyShelf } from '../../../store/connections/webhook-keys.ts';
import type { Store } from '../../../store/database/open.ts';

/** Known keys are shared by all processes and outlive them. */
export const ebaySigningKeys = (store: Store, fetchKey: (kid: string) => Promise<EbayKey>): SigningKeys<EbayKey> =>
  createSigningKeys({
    provider: 'ebay',
    fetchKey,
    shelf: webhookKeyShelf<EbayKey>(store, 'ebay'),
    freshMs: hourMs,
    // Less than half of the 2,000 calls a day that eBay gives us for its keys: the rest is for keys that are known.
    strangersPerHour: 40,
  });

export const paypalCertificates = (store: Store, fetchKey: FetchCertificate): SigningKeys<string> =>
  createSigningKeys({
    provider: 'paypal',
    fetchKey,
    shelf: webhookKeyShelf<string>(store, 'paypal'),
    freshMs: 24 * hourMs,
  });
