import type { UserId } from '../../domain/ids.ts';
import type { Currency, Rate } from '../../domain/money.ts';
import { jumpsTooFar } from '../../domain/rate-jump.ts';
import { timeOf } from '../database/clock.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { FxRate } from '../entities/money.ts';

/** `asOf`: the moment that the source gives the rate for. */
export type StoredRate = Rate & { readonly source: string; readonly asOf: Date };

/** `held`: the rate waits for an admin's confirmation; otherwise it is used from now on, or was known already. */
export type Taken = { id: string; held: boolean };

/**
 * Stores a rate. A rate more than 20 % from the last one is held, because a slipped decimal point would buy goods at a
 * tenth of their price.
 */
export async function takeRate(em: EntityManager, rate: StoredRate): Promise<Taken> {
  const { base, quote } = rate;
  // Serialises stores of the same pair, so that each rate is compared with the one before it.
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`fx/${base}/${quote}`]);
  const known = await em.findOne(FxRate, { base, quote, source: rate.source, asOf: rate.asOf, rate: rate.rate });
  if (known) return { id: String(known.id), held: known.held };
  const last = await em.findOne(FxRate, { base, quote, held: false }, { orderBy: { asOf: 'desc', id: 'desc' } });
  const held = last !== null && jumpsTooFar(last.rate, rate.rate);
  return { id: await insertRate(em, rate, held), held };
}

/** Stores a rate that is used at once, however far it is from the last one. */
export async function addRate(em: EntityManager, rate: StoredRate): Promise<void> {
  await insertRate(em, rate, false);
}

async function insertRate(em: EntityManager, rate: StoredRate, held: boolean): Promise<string> {
  const [row] = await em.execute<{ id: string }[]>(
    'insert into fx_rates (base, quote, rate, source, as_of, held) values (?, ?, ?, ?, ?, ?) returning id::text',
    [rate.base, rate.quote, rate.rate, rate.source, rate.asOf, held],
  );
  return row?.id ?? '';
}

/** A rate must lie between these moments to be used. */
type Fresh = { readonly notBefore: Date; readonly now: Date };

/** The newest rate that is neither stale, nor held, nor from the future; null when there is none. */
export async function freshRate(
  em: EntityManager,
  base: Currency,
  quote: Currency,
  { notBefore, now }: Fresh,
): Promise<StoredRate | null> {
  if (base === quote) return { base, quote, rate: '1', source: 'identity', asOf: now };
  const row = await em.findOne(
    FxRate,
    { base, quote, held: false, asOf: { $gte: notBefore, $lte: now } },
    { orderBy: { asOf: 'desc', id: 'desc' } },
  );
  return row ? { base, quote, rate: row.rate, source: row.source, asOf: row.asOf } : null;
}

/** An admin confirms a held rate. Returns null when no such held rate exists. */
export async function confirmRate(em: EntityManager, id: string, by: UserId): Promise<FxRate | null> {
  const confirmed = { held: false, confirmedBy: by, confirmedAt: timeOf(em) };
  const changed = await em.nativeUpdate(FxRate, { id: BigInt(id), held: true }, confirmed);
  return changed === 1 ? em.findOne(FxRate, { id: BigInt(id) }) : null;
}

/** The newest rate in use of each pair, and the rates that wait for a confirmation. */
export async function currentRates(em: EntityManager): Promise<{ used: FxRate[]; held: FxRate[] }> {
  const newest = await em.execute<{ id: string }[]>(
    'select distinct on (base, quote) id::text from fx_rates where not held order by base, quote, as_of desc, id desc',
  );
  const used = await em.find(
    FxRate,
    { id: { $in: newest.map(({ id }) => BigInt(id)) } },
    { orderBy: { base: 'asc', quote: 'asc' } },
  );
  const held = await em.find(FxRate, { held: true }, { orderBy: { asOf: 'desc', id: 'desc' }, limit: 100 });
  return { used, held };
}

/** Whether a rate of this pair that would be fresh waits for a confirmation. */
export async function isRateHeld(
  em: EntityManager,
  base: Currency,
  quote: Currency,
  notBefore: Date,
): Promise<boolean> {
  return (await em.count(FxRate, { base, quote, held: true, asOf: { $gte: notBefore } })) > 0;
}
