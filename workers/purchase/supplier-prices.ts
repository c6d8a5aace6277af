import { hourMs } from '../../domain/durations.ts';
import { platformCurrency } from '../../domain/fees.ts';
import { add, type Currency, convert, type Money, percentOf, type Rate } from '../../domain/money.ts';
import { freshRate } from '../../store/money/fx.ts';
import { type Context, later } from '../context/context.ts';

/** The supplier converts at a rate of its own: this margin is added to a price in another currency. */
const conversionMarginPercent = '3';

/** Rates from before this time are not used. */
export const oldestRate = (ctx: Context): Date => later(ctx, -ctx.config.fxMaxAgeHours * hourMs);

/** The most that a supplier's price may cost us; undefined where there is no current rate. */
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
