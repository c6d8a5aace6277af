import { hourMs } from '../../domain/durations.ts';
import { platformCurrency } from '../../domain/fees.ts';
import { add, type Currency, convert, type Money, percentOf, type Rate } from '../../domain/money.ts';
import { freshRate } from '../../store/money/fx.ts';
import { type Context, later } from '../context/context.ts';

/** The supplier converts at a rate of its own: what it asks in another currency is taken for so much dearer. */
const conversionMarginPercent = '3';

/** A rate that is older converts nothing. */
export const oldestRate = (ctx: Context): Date => later(ctx, -ctx.config.fxMaxAgeHours * hourMs);

/** What a price of the supplier's may cost us; nothing where no current rate is known. */
type InOurs = (price: Money) => Money | undefined;

/** Reads the current rates of all `currencies` first, so that every price of an offer is judged by the same ones. */
export async function pricesInOurs(ctx: Context, currencies: readonly Currency[]): Promise<InOurs> {
  const fresh = { notBefore: oldestRate(ctx), now: ctx.now() };
  const rates = new Map<Currency, Rate | null>();
  for (const currency of new Set(currencies))
    rates.set(currency, await ctx.store.read(em => freshRate(em, platformCurrency, currency, fresh)));
  return price => {
    if (price.currency === platformCurrency) return price;
    const rate = rates.get(price.currency);
    if (!rate) return undefined;
    const converted = convert(price, rate);
    return add(converted, percentOf(converted, conversionMarginPercent));
  };
}
