import type { Provider } from '../../domain/provider.ts';
import type { At } from './circuits.ts';
import type { Call, Health } from './gate-contract.ts';

/**
 * A provider throttles each of its APIs apart: one that refuses more reads of balances still accepts captures. The
 * first path that fits names a call's family.
 *
 * `aside`: calls that only read or set something up, and for which no money waits. Their outage says nothing about the
 * provider's other calls, and holds none of them.
 */
type Family = { readonly name: string; readonly aside?: true };

const families: Readonly<Record<Provider, readonly (readonly [path: RegExp, family: Family])[]>> = {
  paypal: [
    [/\/v1\/reporting\//, { name: 'balance report', aside: true }],
    [/\/v1\/customer\/disputes/, { name: 'disputes', aside: true }],
    [/\/v1\/notifications\//, { name: 'notifications', aside: true }],
    [/\/v1\/payments\/payouts/, { name: 'payouts' }],
    [/\/v1\/oauth2\//, { name: 'tokens' }],
    [/./, { name: 'checkout' }],
  ],
  ebay: [
    [/\/commerce\/notification\//, { name: 'notifications', aside: true }],
    [/\/commerce\/identity\//, { name: 'identity', aside: true }],
    [/\/sell\/finances\//, { name: 'finances', aside: true }],
    [/\/sell\/fulfillment\/v1\/order$/, { name: 'order search' }],
    [/\/identity\/v1\/oauth2\//, { name: 'tokens' }],
    [/./, { name: 'orders' }],
  ],
  mercadolibre: [
    [/\/missed_feeds/, { name: 'missed notifications', aside: true }],
    [/\/orders\/search/, { name: 'order search' }],
    [/\/shipments\//, { name: 'shipments' }],
    [/\/(v1\/)?payments\//, { name: 'payments' }],
    [/\/oauth\//, { name: 'tokens' }],
    [/./, { name: 'orders' }],
  ],
  payoneer: [
    [/\/balance$/, { name: 'balance report', aside: true }],
    [/\/oauth2\//, { name: 'tokens' }],
    [/./, { name: 'payouts' }],
  ],
  // One address for everything: the gateway names the method.
  aliexpress: [[/./, { name: 'gateway' }]],
  fx: [[/./, { name: 'rates' }]],
};

const others: Family = { name: 'other' };

/** @param url with or without its host */
export function familyOf(provider: Provider, url: string): Family {
  const path = URL.parse(url)?.pathname ?? url;
  return families[provider].find(([one]) => one.test(path))?.[1] ?? others;
}

/** The circuit of a call: its provider's, or that of an API on which nothing else depends. */
export const circuitOf = ({ provider, account = '', family = '', aside }: Call): At => ({
  provider,
  account,
  family: aside ? family : '',
});

/**
 * Which calls have to wait when the provider asks this one to. Reads and money calls wait apart: a thousand reads of
 * payouts' states hold back no payout.
 */
export function pauseOf({ provider, account = '', family = '', stakes }: Call, of: NonNullable<Health['of']>): At {
  const kind = stakes === 'money' ? `${family}, money` : family;
  return { provider, account: of === 'account' ? account : '', family: of === 'application' ? '' : kind };
}
