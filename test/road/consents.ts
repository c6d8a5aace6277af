import { randomBytes } from 'node:crypto';
import { decide, land, start } from '../../demo/consent.ts';
import { newcomer, shopName, walk } from '../api/newcomer.ts';
import type { Api } from '../api/open-api.ts';

/** A secret that is easy to find, and hard to write: with signs that URLs, JSON and base64 write differently. */
export const canary = (kind: string): string => `${kind}-Canary/${randomBytes(18).toString('base64')}`;

const tokenCalls = { 'aliexpress-dropshipping': 'token-create', ebay: 'token', mercadolibre: 'token' } as const;

/**
 * At each provider a consent whose code is refused with an echo and one that is taken, and one that nobody has asked
 * for. Adds what is secret in them. @returns what the browsers were answered
 */
export async function consentsOf(api: Api, secrets: Map<string, string>): Promise<string[]> {
  const owner = await newcomer(api);
  const answers: string[] = [];
  for (const provider of ['aliexpress-dropshipping', 'ebay', 'mercadolibre'] as const)
    for (const echo of [true, false]) {
      const { page, browser } = await start(walk(api, owner, provider));
      const back = await decide(page, shopName());
      for (const name of ['code', 'state'])
        secrets.set(`${name} of ${provider} ${echo}`, back.searchParams.get(name) ?? '');
      const [host = provider] = provider.split('-');
      const fault = { provider: host, operation: tokenCalls[provider], kind: 'echo', status: 400, times: 1 };
      if (echo) await api.stage.control('faults', fault);
      const { headers, text, status } = await land(back, browser);
      answers.push(JSON.stringify([...headers]) + text);
      if (status === 200) secrets.set(`webhook secret of ${provider}`, JSON.parse(text).webhookSecret);
    }
  const forged = new URLSearchParams({ code: canary('code'), state: canary('state') });
  for (const [name, value] of forged) secrets.set(`forged ${name}`, value);
  await api.call('GET', `/api/connections/ebay/callback?${forged}`, { as: owner });
  return answers;
}
