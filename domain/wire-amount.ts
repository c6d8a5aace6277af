import { Terminal } from './call-outcome.ts';
import { type Currency, formatDecimal, type Money, minorDigitsOf } from './money.ts';
import type { Provider } from './provider.ts';

/** Where a provider takes and sends fewer digits than ISO 4217 gives the currency. */
const fewerDigits: Partial<Record<Provider, Partial<Record<Currency, number>>>> = {
  paypal: { HUF: 0, TWD: 0 },
  mercadolibre: { COP: 0 },
};

/** How many digits behind the point a provider takes in this currency. */
export const wireDigitsOf = (provider: Provider, currency: Currency): number =>
  fewerDigits[provider]?.[currency] ?? minorDigitsOf(currency);

/** The smallest amount, in our minor units, that the provider can be told: 100 for 1 HUF at PayPal. */
const wireUnit = (provider: Provider, currency: Currency): bigint =>
  10n ** BigInt(minorDigitsOf(currency) - wireDigitsOf(provider, currency));

export const fitsWire = (provider: Provider, { amountMinor, currency }: Money): boolean =>
  amountMinor % wireUnit(provider, currency) === 0n;

/**
 * The decimal text that a provider takes: `10.99`, `1500` for 1500.00 HUF at PayPal. Never rounded.
 * @throws Terminal AMOUNT_TOO_FINE when the amount has more digits than that
 */
export function wireDecimal(provider: Provider, amount: Money): string {
  if (!fitsWire(provider, amount))
    throw new Terminal('AMOUNT_TOO_FINE', `${provider} takes no such fraction of ${amount.currency}`, { provider });
  const cut = minorDigitsOf(amount.currency) - wireDigitsOf(provider, amount.currency);
  const text = formatDecimal(amount);
  return cut === 0 ? text : text.slice(0, -cut).replace(/\.$/, '');
}
