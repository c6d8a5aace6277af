/**
 * `npm run rotate-keys`: reseals every stored secret, and everything that names a buyer, with the first key of
 * ENCRYPTION_KEY, so that older keys can be removed. Every process that runs meanwhile must have both keys
 * (docs/settings.md, "Changing the encryption key": the new key last, then first, then this). An interrupted run is
 * simply started again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EncryptionKey } from '../../runtime/config.ts';
import { createKeyring } from '../database/keyring.ts';
import { openStore, type Store } from '../database/open.ts';
import { patient } from '../database/pool-timeouts.ts';
import { assertOwnSession } from '../database/pooler.ts';
import { type KeyUse, keysInUse, type SealedColumn, sealedColumns } from '../database/sealed-columns.ts';
import { assertKeysFit, retireKeys } from './encryption-keys.ts';
import { isOutdated, resealBatch } from './resealing.ts';

const batchSize = { rows: 50, pictures: 10 };
/** How long to wait for a row that another transaction has locked, such as a token that is being refreshed. */
const patience = { tries: 60, pauseMs: 1_000 };

const throughPooler = 'the address of the database leads through a pooler: name Postgres itself in DATABASE_DIRECT_URL';

type Rotation = {
  store: Store;
  /** The first one seals. */
  keys: readonly EncryptionKey[];
  progress: (line: string) => void;
  batch?: number;
};

/** Returns what is still sealed with other keys than the current one: nothing, unless rows stayed locked throughout. */
export async function rotateKeys({ store, keys, progress, batch }: Rotation): Promise<KeyUse[]> {
  const [current] = keys;
  if (!current) throw new Error('there is no key to seal with');
  await assertKeysFit(store, keys);
  for (const column of sealedColumns) {
    const total = await outdated(store, column, current.id);
    let done = 0;
    for (let tries = 0; tries < patience.tries && done < total; tries += 1) {
      if (tries > 0) await sleep(patience.pauseMs);
      const limit = batch ?? (column.holdsPictures ? batchSize.pictures : batchSize.rows);
      done += await resealAll({ store, keys, progress, batch: limit }, column, { done, total });
      if ((await outdated(store, column, current.id)) === 0) break;
    }
  }
  const uses = await store.read(em => keysInUse(em));
  const left = uses.filter(({ keyId }) => keyId !== current.id);
  await store.write(em => retireKeys(em, [current.id, ...left.map(({ keyId }) => keyId)]));
  return left;
}

/** One pass over a column, from its first row to its last; returns how many rows were sealed. */
async function resealAll(
  { store, keys, progress, batch }: Required<Rotation>,
  column: SealedColumn,
  { done, total }: { done: number; total: number },
): Promise<number> {
  const keyring = createKeyring(keys);
  let sealed = 0;
  for (let after: string | null = null; ; ) {
    const { rows, last } = await resealBatch(store, keyring, column, { after, limit: batch });
    if (rows === 0) return sealed;
    sealed += rows;
    progress(`${column.table}.${column.column}: ${done + sealed} of ${total} sealed with ${keyring.current}`);
    after = last;
  }
}

async function outdated(store: Store, column: SealedColumn, currentId: string): Promise<number> {
  const [row] = await store.read(em =>
    em.execute<{ rows: number }[]>(`select count(*)::int as rows from ${column.table} where ${isOutdated(column)}`, [
      currentId,
    ]),
  );
  return row?.rows ?? 0;
}

if (import.meta.main) {
  const { readSealingConfig } = await import('../../runtime/config.ts');
  const { directDatabaseUrl, encryptionKeys } = readSealingConfig();
  const say = (line: string) => process.stdout.write(`${line}\n`);
  // Through a pooler the usual limits would apply.
  await assertOwnSession(directDatabaseUrl, throughPooler);
  // Reading whole tables takes longer than the usual limits allow.
  const store = await openStore(directDatabaseUrl, 2, [], patient);
  try {
    const left = await rotateKeys({ store, keys: encryptionKeys, progress: say });
    for (const { table, keyId, rows } of await store.read(em => keysInUse(em)))
      say(`in use: ${keyId} (${rows} of ${table})`);
    const older = encryptionKeys.slice(1).map(({ id }) => id);
    const free = older.filter(id => !left.some(({ keyId }) => keyId === id));
    if (free.length > 0) say(`no longer in use, and may be taken out of ENCRYPTION_KEY: ${free.join(', ')}`);
    if (left.length > 0) {
      say('some rows stayed locked: run this again');
      process.exitCode = 1;
    }
  } finally {
    await store.close();
  }
}
