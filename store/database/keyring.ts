/** Seals data that name a buyer, and opens them again, with the keys that the store was opened with. */
import type { EncryptionKey } from '../../runtime/config.ts';
import { createKeyedHash, type KeyedHash } from '../../runtime/secrets/keyed-hash.ts';
import { createSecretBox, readSealed, type SealedText, type SecretBox } from '../../runtime/secrets/secret-box.ts';
import type { EntityManager } from './entity-manager.ts';
import { sealedPlace } from './sealed-columns.ts';

/** `current`: the name of the key that seals. */
export type Keyring = { readonly current: string; readonly box: SecretBox; readonly hash: KeyedHash };

export function createKeyring(keys: readonly EncryptionKey[]): Keyring {
  const [current] = keys;
  if (!current) throw new Error('there is no key to seal with');
  return { current: current.id, box: createSecretBox(keys), hash: createKeyedHash(keys) };
}

const keyrings = new WeakMap<object, Keyring>();

export const setKeys = ({ config }: EntityManager, keys: readonly EncryptionKey[]): void =>
  void keyrings.set(config, createKeyring(keys));

export function keysOf({ config }: EntityManager): Keyring {
  const keys = keyrings.get(config);
  if (!keys) throw new Error('this store was opened without keys: it can neither seal nor open');
  return keys;
}

/** Binds it to the table and the row. */
export const seal = (em: EntityManager, table: string, id: string, text: string): string =>
  keysOf(em).box.seal(text, sealedPlace(table, id));

const opened = (em: EntityManager, table: string, id: string, sealed: SealedText): string =>
  keysOf(em).box.open(sealed, sealedPlace(table, id));

/** A text that was stored before sealing existed is returned as it is. @throws SecretBoxError */
export function unseal(em: EntityManager, table: string, id: string, stored: string): string {
  const sealed = readSealed(stored);
  return sealed ? opened(em, table, id, sealed) : stored;
}

/** Bytes are sealed as base64, and stored as the bytes of the sealed text. Nothing stays nothing. */
export const sealBytes = ({ box }: Keyring, table: string, id: string, bytes: Buffer): Buffer =>
  bytes.length === 0 ? bytes : Buffer.from(box.seal(bytes.toString('base64'), sealedPlace(table, id)));

/** As `unseal`. */
export function unsealBytes(em: EntityManager, table: string, id: string, stored: Uint8Array): Buffer {
  const bytes = Buffer.from(stored);
  const sealed = readSealed(bytes.toString('latin1'));
  return sealed ? Buffer.from(opened(em, table, id, sealed), 'base64') : bytes;
}
