/** Currencies whose smallest unit is the unit itself. PayPal treats HUF and TWD so, ISO 4217 the others. */
const withoutMinorUnits = new Set([
  'BIF',
  'CLP',
  'DJF',
  'GNF',
  'HUF',
  'ISK',
  'JPY',
  'KMF',
  'KRW',
  'PYG',
  'RWF',
  'TWD',
  'UGX',
  'VND',
  'VUV',
  'XAF',
  'XOF',
  'XPF',
]);
/** A thousand of them are one. */
const inThousandths = new Set(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND']);

export const minorDigitsOf = (currency: string): number =>
  withoutMinorUnits.has(currency) ? 0 : inThousandths.has(currency) ? 3 : 2;

/** `toDecimal(1099n, 'USD')` is `"10.99"`, `toDecimal(990n, 'CLP')` is `"990"`. */
export function toDecimal(minor: bigint, currency: string): string {
  const digits = minorDigitsOf(currency);
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  const sign = minor < 0n ? '-' : '';
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The exact minor units of a decimal text; undefined when it is no decimal or has more digits than the currency. */
export function toMinor(text: string, currency: string): bigint | undefined {
  const match = /^(-?)(\d*)(?:\.(\d+))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = ''] = match;
  const digits = minorDigitsOf(currency);
  if (whole + fraction === '' || fraction.length > digits) return undefined;
  const minor = BigInt(whole + fraction.padEnd(digits, '0'));
  return sign ? -minor : minor;
}
