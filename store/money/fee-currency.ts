import { type Currency, convert, type Money } from '../../domain/money.ts';
import { timeOf } from '../database/clock.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { freshRate, type StoredRate } from './fx.ts';

/** A fee in the currency of its payment; `told`: the fee as the channel reported it, and the conversion rate. */
export type FeeIn = { readonly amount: Money; readonly told?: { readonly amount: Money; readonly rate: StoredRate } };

/**
 * A channel may report its fee in the seller's own currency. The fee is converted at the newest stored rate, and kept
 * as reported too. Returns undefined when no rate is stored.
 */
export async function feeIn(em: EntityManager, told: Money, currency: Currency): Promise<FeeIn | undefined> {
  if (told.currency === currency) return { amount: told };
  const span = { notBefore: new Date(0), now: timeOf(em) };
  const rate =
    (await freshRate(em, told.currency, currency, span)) ?? (await freshRate(em, currency, told.currency, span));
  return rate ? { amount: convert(told, rate), told: { amount: told, rate } } : undefined;
}
