/** Seals rows with the first key, in batches by id: rows sealed with an older key, and rows not sealed yet. */
import type { Address } from '../../domain/address.ts';
import type { OrderId } from '../../domain/ids.ts';
import { keysMentionedIn } from '../../domain/our-idempotency-keys.ts';
import type { StoredDetail } from '../../domain/timeline.ts';
import { hashesOf } from '../database/buyer-address.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { type Keyring, keysOf } from '../database/keyring.ts';
import type { Store } from '../database/open.ts';
import { mayRepeat } from '../database/repeatable.ts';
import { buyerColumns, type ConvertedColumn, type SealedColumn, sealedPlace } from '../database/sealed-columns.ts';
import { sealedLine } from '../database/timeline-lines.ts';
import { isDatabaseAway } from '../database/unavailable.ts';

type Row = {
  readonly id: string;
  /** The row's name in the context that its sealed text is bound to. */
  readonly row: string;
  readonly sealed: string | null;
  readonly plain: string | null;
};

const isConverted = (column: SealedColumn): column is ConvertedColumn => 'isPlain' in column;

/** SQL with one parameter, the current key: sealed with another key, or not sealed at all. */
export function isOutdated(column: SealedColumn): string {
  const older = `split_part(${column.head}, '.', 2) <> ?`;
  return isConverted(column) ? `(${older} or ${column.isPlain})` : older;
}

type Wanted = { readonly where: string; readonly values: readonly unknown[]; readonly limit: number };

/**
 * Locks the rows, so that a token that is being refreshed is not overwritten. Skips rows that another transaction has
 * locked.
 */
async function lockRows(em: EntityManager, column: SealedColumn, wanted: Wanted): Promise<Row[]> {
  const plain = isConverted(column) ? `case when ${column.isPlain} then ${column.plain} end` : 'null';
  return em.execute<Row[]>(
    `select id::text as id, ${column.row} as row, ${column.text} as sealed, ${plain} as plain from ${column.table}
     where ${wanted.where} order by id limit ? for no key update skip locked`,
    [...wanted.values, wanted.limit],
  );
}

async function sealRows(em: EntityManager, keys: Keyring, column: SealedColumn, wanted: Wanted): Promise<Row[]> {
  const rows = await lockRows(em, column, wanted);
  for (const row of rows) await sealRow(em, keys, column, row);
  return rows;
}

async function sealRow(em: EntityManager, keys: Keyring, column: SealedColumn, row: Row): Promise<void> {
  const { id, sealed, plain } = row;
  if (column.table === 'order_events' && plain !== null) return sealLine(em, keys, id, plain);
  const place = sealedPlace(column.place, row.row);
  const text = sealed === null ? (plain ?? '') : keys.box.open(sealed, place);
  const again = keys.box.seal(text, place);
  await em.execute(`update ${column.table} set ${column.column} = ${column.stored} where id = ?`, [again, id]);
  await keepBeside(em, keys, column, id, text);
}

/** A line of an earlier release is one JSON text. */
async function sealLine(em: EntityManager, keys: Keyring, id: string, plain: string): Promise<void> {
  const { orderId, ...line } = JSON.parse(plain) as { orderId: OrderId; note: string; detail: StoredDetail };
  await em.execute('update order_events set bound_to = ?, note = ?, told = ?, detail = ?::jsonb where id = ?', [
    ...sealedLine(keys, orderId, line),
    id,
  ]);
}

/** Stores the searchable columns of a row whose text is sealed. */
async function keepBeside(em: EntityManager, { hash }: Keyring, { table }: SealedColumn, id: string, text: string) {
  if (table === 'orders') {
    const { emailHash, nameHash } = hashesOf(hash, JSON.parse(text) as Address);
    await em.execute('update orders set email_hash = ?, name_hash = ? where id = ?', [emailHash, nameHash, id]);
  } else if (table === 'inbound_events') {
    const told = keysMentionedIn(Buffer.from(text, 'base64').toString('utf8')) || null;
    await em.execute('update inbound_events set keys_told = ? where id = ?', [told, id]);
  }
}

/** Reseals rows that another key has sealed, after the id `after`: each row is read once. */
export const resealBatch = (
  store: Store,
  keys: Keyring,
  column: SealedColumn,
  { after, limit }: { after: string | null; limit: number },
): Promise<{ rows: number; last: string | null }> =>
  store.transaction(async em => {
    const where = isOutdated(column);
    const wanted =
      after === null
        ? { where, values: [keys.current], limit }
        : { where: `${where} and id > ?`, values: [keys.current, after], limit };
    const rows = await sealRows(em, keys, column, wanted);
    return { rows: rows.length, last: rows.at(-1)?.id ?? null };
  });

/** For one column: rows per transaction, and transactions per pass. A row with a picture may be megabytes. */
const pass = { rows: 200, pictures: 10, batches: 20 };

/**
 * Seals rows from before sealing. Returns how many; the next pass does the rest. @throws in the end, naming the rows that
 * cannot be sealed: they keep no other from it
 */
export async function sealPlain(store: Store): Promise<number> {
  let sealed = 0;
  const broken: string[] = [];
  for (const column of buyerColumns.filter(isConverted)) {
    const limit = column.holdsPictures ? pass.pictures : pass.rows;
    const unlike: string[] = [];
    for (let batch = 0; batch < pass.batches; batch += 1) {
      const where = `(${column.isPlain}) and not (id::text = any(?::text[]))`;
      const wanted = { where, values: [`{${unlike.join(',')}}`], limit };
      const { rows, failed } = await store.transaction(em => sealApart(em, keysOf(em), column, wanted));
      sealed += rows - failed.length;
      unlike.push(...failed);
      if (rows < limit) break;
    }
    broken.push(...unlike.map(id => `${column.table} ${id}`));
  }
  if (broken.length > 0) throw new Error(`these rows cannot be sealed: ${broken.slice(0, 20).join(', ')}`);
  return sealed;
}

/** Each row with a way back of its own: what breaks at one is undone for that one. */
async function sealApart(em: EntityManager, keys: Keyring, column: SealedColumn, wanted: Wanted) {
  const rows = await lockRows(em, column, wanted);
  const failed: string[] = [];
  for (const row of rows) {
    await em.execute('savepoint one');
    try {
      await sealRow(em, keys, column, row);
      await em.execute('release savepoint one');
    } catch (error) {
      if (isDatabaseAway(error) || mayRepeat(error)) throw error;
      await em.execute('rollback to savepoint one');
      failed.push(row.id);
    }
  }
  return { rows: rows.length, failed };
}
