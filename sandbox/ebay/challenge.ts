import { createHash, randomUUID } from 'node:crypto';
import type { World } from '../world.ts';

const timeoutMs = 3000;

/**
 * What eBay does before it accepts an endpoint: asks it for the hash of a code, the verification token and the endpoint
 * as it was registered. Throws when the endpoint cannot be reached.
 */
export async function challenge(world: World, endpoint: string): Promise<{ accepted: boolean; answer: string }> {
  const code = randomUUID();
  const url = new URL(endpoint);
  url.searchParams.set('challenge_code', code);
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
  const answer = await response.text();
  const expected = createHash('sha256')
    .update(code + world.credentials.ebay.verificationToken + endpoint)
    .digest('hex');
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { accepted: response.status === 200 && isJson && responseOf(answer) === expected, answer };
}

function responseOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { challengeResponse?: unknown } | null)?.challengeResponse;
  } catch {
    return undefined;
  }
}
