import type { Currency, Rate } from '../domain/money.ts';
import { FxRate } from './entities/money.ts';
import type { EntityManager } from './open.ts';

export type StoredRate = Rate & { readonly source: string; readonly asOf: Date };

export async function addRate(em: EntityManager, rate: StoredRate): Promise<void> {
  await em.execute('insert into fx_rates (base, quote, rate, source, as_of) values (?, ?, ?, ?, ?)', [
    rate.base,
    rate.quote,
    rate.rate,
    rate.source,
    rate.asOf,
  ]);
}

/** The newest rate that is not older than `notBefore`; nothing rather than a stale one. */
export async function freshRate(
  em: EntityManager,
  base: Currency,
  quote: Currency,
  notBefore: Date,
): Promise<StoredRate | null> {
  if (base === quote) return { base, quote, rate: '1', source: 'identity', asOf: new Date() };
  const row = await em.findOne(FxRate, { base, quote, asOf: { $gte: notBefore } }, { orderBy: { asOf: 'desc' } });
  return row ? { base, quote, rate: row.rate, source: row.source, asOf: row.asOf } : null;
}
