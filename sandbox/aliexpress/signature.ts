import { createHash, createHmac } from 'node:crypto';

export const signMethods = ['sha256', 'md5'] as const;
export type SignMethod = (typeof signMethods)[number];

/**
 * What `sign` must be: all other parameters, sorted by the bytes of their names, name and value joined without
 * anything between, behind the API's path when its name is one.
 */
export function signatureOf(
  parameters: Iterable<readonly [string, string]>,
  secret: string,
  method: SignMethod,
  path = '',
): string {
  const text = [...parameters]
    .filter(([name]) => name !== 'sign')
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .flat()
    .join('');
  const hash =
    method === 'md5'
      ? createHash('md5').update(secret + text + secret)
      : createHmac('sha256', secret).update(path + text);
  return hash.digest('hex').toUpperCase();
}
