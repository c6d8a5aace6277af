/**
 * The active currencies and funds codes of ISO 4217, by how many digits their minor unit has. Metals, units of account
 * and test codes (XAU, XDR, XXX, …) have none and are no money of ours.
 */
const codesByDigits = {
  0: ['BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  2: [
    'AED AFN ALL AMD AOA ARS AUD AWG AZN',
    'BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD',
    'CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK',
    'DKK DOP DZD EGP ERN ETB EUR FJD FKP',
    'GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF',
    'IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT',
    'LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN',
    'NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB',
    'SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL',
    'THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS',
    'VED VES WST XAD XCD XCG YER ZAR ZMW ZWG',
  ],
  3: ['BHD IQD JOD KWD LYD OMR TND'],
  4: ['CLF UYW'],
} as const satisfies Record<number, readonly string[]>;

type Words<Text extends string, Found = never> = Text extends `${infer Word} ${infer Rest}`
  ? Words<Rest, Found | Word>
  : Found | Text;

export type Currency = Words<(typeof codesByDigits)[keyof typeof codesByDigits][number]>;

const digitsOf: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByDigits).flatMap(([digits, lines]) =>
    lines.flatMap(line => line.split(' ').map(code => [code, Number(digits)] as const)),
  ),
);

export const isCurrency = (text: string): text is Currency => digitsOf.has(text);
export const currencies: readonly Currency[] = [...digitsOf.keys()].filter(isCurrency).toSorted();

/** How many digits follow the decimal point: 2 for USD, 0 for CLP, 3 for KWD. */
export function minorDigitsOf(currency: Currency): number {
  const digits = digitsOf.get(currency);
  if (digits === undefined) throw new RangeError(`unknown currency: ${currency}`);
  return digits;
}
