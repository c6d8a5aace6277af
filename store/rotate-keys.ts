/**
 * `npm run rotate-keys`: seals every stored secret again with the first key of ENCRYPTION_KEY, so that the older ones
 * can be taken away. Everything else may go on running. Stopped half-way, it is started again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EncryptionKey } from '../runtime/config.ts';
import { createSecretBox, type SecretBox } from '../runtime/secret-box.ts';
import { assertKeysFit } from './encryption-keys.ts';
import { openStore, type Store } from './open.ts';
import { type KeyUse, keysInUse, type SealedColumn, sealedColumns, sealedPlace } from './sealed-columns.ts';

const batchSize = 50;
/** A row that somebody else holds (a token that is being refreshed) is waited for this long. */
const patience = { tries: 60, pauseMs: 1_000 };

export type Rotation = {
  store: Store;
  /** The first one seals. */
  keys: readonly EncryptionKey[];
  progress: (line: string) => void;
  batch?: number;
};

/** Gives what is still sealed with other keys than the current one: nothing, unless rows stayed locked all along. */
export async function rotateKeys({ store, keys, progress, batch = batchSize }: Rotation): Promise<KeyUse[]> {
  const [current] = keys;
  if (!current) throw new Error('there is no key to seal with');
  await assertKeysFit(store, keys);
  const box = createSecretBox(keys);
  for (const column of sealedColumns) {
    const total = await outdated(store, column, current.id);
    let done = 0;
    for (let tries = 0; tries < patience.tries && (await outdated(store, column, current.id)) > 0; ) {
      const sealed = await resealBatch(store, box, column, current.id, batch);
      done += sealed;
      if (sealed > 0) progress(`${column.table}.${column.column}: ${done} of ${total} sealed with ${current.id}`);
      else {
        tries += 1;
        await sleep(patience.pauseMs);
      }
    }
  }
  const uses = await store.read(keysInUse);
  return uses.filter(({ keyId }) => keyId !== current.id);
}

async function outdated(store: Store, { table, column }: SealedColumn, currentId: string): Promise<number> {
  const [row] = await store.read(em =>
    em.execute<{ rows: number }[]>(
      `select count(*)::int as rows from ${table} where ${column} is not null and split_part(${column}, '.', 2) <> ?`,
      [currentId],
    ),
  );
  return row?.rows ?? 0;
}

/** Under row locks, so that a token which is being refreshed is never overwritten with the one before it. */
const resealBatch = (
  store: Store,
  box: SecretBox,
  { table, column }: SealedColumn,
  currentId: string,
  batch: number,
): Promise<number> =>
  store.transaction(async em => {
    const rows = await em.execute<{ id: string; sealed: string }[]>(
      `select id::text as id, ${column} as sealed from ${table}
       where ${column} is not null and split_part(${column}, '.', 2) <> ?
       order by id limit ? for no key update skip locked`,
      [currentId, batch],
    );
    for (const { id, sealed } of rows) {
      const place = sealedPlace(table, id);
      const again = box.seal(box.open(sealed, place), place);
      await em.execute(`update ${table} set ${column} = ? where id = ?`, [again, id]);
    }
    return rows.length;
  });

if (import.meta.main) {
  const { readSealingConfig } = await import('../runtime/config.ts');
  const { databaseUrl, encryptionKeys } = readSealingConfig();
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const store = await openStore(databaseUrl, 2);
  try {
    const left = await rotateKeys({ store, keys: encryptionKeys, progress: say });
    for (const { table, keyId, rows } of await store.read(keysInUse)) say(`in use: ${keyId} (${rows} of ${table})`);
    const older = encryptionKeys.slice(1).map(({ id }) => id);
    const free = older.filter(id => !left.some(({ keyId }) => keyId === id));
    if (free.length > 0) say(`no longer in use, and may be taken out of ENCRYPTION_KEY: ${free.join(', ')}`);
    if (left.length > 0) {
      say('some rows were locked all along: run this again');
      process.exitCode = 1;
    }
  } finally {
    await store.close();
  }
}
