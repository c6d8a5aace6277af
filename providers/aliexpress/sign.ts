import { createHmac } from 'node:crypto';

/**
 * The signature of one call: name and value pairs in byte order of the names, without separators, values unencoded;
 * calls whose API name is a path start with that path. HMAC-SHA256 under the app secret, upper-case hex. Empty values must be left out by the caller: they are not sent either.
 */
export function signParameters(secret: string, parameters: Readonly<Record<string, string>>, pathPrefix = ''): string {
  const pairs = Object.entries(parameters).toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const text = pathPrefix + pairs.flat().join('');
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex').toUpperCase();
}
