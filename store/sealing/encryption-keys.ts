import type { EncryptionKey } from '../../runtime/config.ts';
import { createSecretBox, SecretBoxError } from '../../runtime/secrets/secret-box.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Store } from '../database/open.ts';
import { buyerColumns, type KeyUse, keysInUse, sealedPlace, secretColumns } from '../database/sealed-columns.ts';
import { onceThere } from '../database/unavailable.ts';

/** Names the key that is wrong or missing by its id; never contains a key or a secret. */
export class EncryptionKeyError extends Error {
  override readonly name = 'EncryptionKeyError';
  readonly code = 'ENCRYPTION_KEY_DOES_NOT_FIT';
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(['ENCRYPTION_KEY does not fit the database:', ...mistakes.map(mistake => `  ${mistake}`)].join('\n'));
    this.mistakes = mistakes;
  }
}

/** Sealed once with every key: a different key under the same name cannot open it. */
const canaryText = 'sealed with this key';

/**
 * Every process calls this before anything else: all keys that stored secrets need must be present and right, so that a
 * wrong key fails the start, and no account loses its tokens.
 * @throws EncryptionKeyError with every mistake at once
 */
export async function assertKeysFit(store: Store, keys: readonly EncryptionKey[]): Promise<void> {
  const uses = await onceThere(() => store.read(em => keysInUse(em, secretColumns)));
  const ofBuyers = await store.read(em => buyersWithout(em, keys));
  const inRows = [...uses, ...ofBuyers].flatMap(use => mistakeOf(use, keys));
  // A key that opens no row gets no canary: the canary would later reject the right key.
  if (inRows.length > 0) throw new EncryptionKeyError(inRows);
  const checked = await store.transaction(em => Promise.all(keys.map(key => checkCanary(em, key))));
  const mistakes = checked.flat();
  if (mistakes.length > 0) throw new EncryptionKeyError(mistakes);
}

/**
 * Buyers' columns are too large to read at every start. They are read only when a key is missing that this database has
 * known and no rotation has retired. Its canary proves that a present key is the right one.
 */
async function buyersWithout(em: EntityManager, keys: readonly EncryptionKey[]): Promise<KeyUse[]> {
  const known = await em.execute<{ id: string }[]>('select id from encryption_keys where retired_at is null');
  const missing = known.filter(({ id }) => !keys.some(key => key.id === id));
  if (missing.length === 0) return [];
  return (await keysInUse(em, buyerColumns)).filter(({ keyId }) => missing.some(({ id }) => id === keyId));
}

/** No row is sealed with any other key than these. */
export async function retireKeys(em: EntityManager, inUse: readonly string[]): Promise<void> {
  const names = inUse.map(() => '?').join(', ');
  await em.execute(
    `update encryption_keys set retired_at = clock_now() where retired_at is null and id not in (${names})`,
    [...inUse],
  );
}

function mistakeOf({ table, place: of, keyId, rows, sample }: KeyUse, keys: readonly EncryptionKey[]): string[] {
  const place = sealedPlace(of, sample.row);
  try {
    createSecretBox(keys).open(sample.sealed, place);
    return [];
  } catch (error) {
    if (!(error instanceof SecretBoxError)) throw error;
    switch (error.code) {
      case 'SEALED_WITH_UNKNOWN_KEY':
        return [`the key named ${keyId} is missing: ${rows} of ${table} are sealed with it`];
      case 'SEALED_TEXT_REFUSED':
        return [`the key named ${keyId} is not the one that sealed ${rows} of ${table}, or ${place} was changed`];
      case 'SEALED_TEXT_MALFORMED':
        return [`${place} holds no sealed text (${rows} of ${table})`];
    }
  }
}

async function checkCanary(em: EntityManager, key: EncryptionKey): Promise<string[]> {
  const box = createSecretBox([key]);
  const place = sealedPlace('encryption_keys', key.id);
  await em.execute(
    'insert into encryption_keys (id, canary) values (?, ?) on conflict (id) do update set retired_at = null',
    [key.id, box.seal(canaryText, place)],
  );
  const [row] = await em.execute<{ canary: string }[]>('select canary from encryption_keys where id = ?', [key.id]);
  try {
    if (row && box.open(row.canary, place) === canaryText) return [];
  } catch (error) {
    if (!(error instanceof SecretBoxError)) throw error;
  }
  return [`the key named ${key.id} is not the one that this database has known under that name: give it a new name`];
}
