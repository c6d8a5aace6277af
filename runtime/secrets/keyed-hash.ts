import { createHmac, hkdfSync } from 'node:crypto';
import type { EncryptionKey } from '../config.ts';

/**
 * Hashes by which a sealed text is found: `keyId.hash`, HMAC-SHA256 under a key that HKDF (RFC 5869) derives from the
 * encryption key of that name. Without the key nobody can tell which text a hash is of by trying texts out.
 */
export type KeyedHash = {
  /** Under the first key, as it is stored. */
  of(text: string): string;
  /** Under every key: what was stored before a rotation is found too. */
  candidates(text: string): string[];
};

const purpose = 'dropship-road/search';

export function createKeyedHash(keys: readonly EncryptionKey[]): KeyedHash {
  const derived = keys.map(({ id, key }) => ({ id, key: Buffer.from(hkdfSync('sha256', key, '', purpose, 32)) }));
  const hashed = ({ id, key }: EncryptionKey, text: string) =>
    `${id}.${createHmac('sha256', key).update(text, 'utf8').digest('base64url')}`;
  const [current] = derived;
  if (!current) throw new Error('a keyed hash needs a key');
  return { of: text => hashed(current, text), candidates: text => derived.map(one => hashed(one, text)) };
}
