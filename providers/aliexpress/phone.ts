/** Country calling codes of the countries we ship to, by ISO 3166 alpha-2. */
const callingCodes: Record<string, string> = {
  AE: '971',
  AR: '54',
  AT: '43',
  AU: '61',
  BE: '32',
  BR: '55',
  CA: '1',
  CH: '41',
  CL: '56',
  CO: '57',
  CZ: '420',
  DE: '49',
  DK: '45',
  DZ: '213',
  EE: '372',
  ES: '34',
  FI: '358',
  FR: '33',
  GB: '44',
  GR: '30',
  HU: '36',
  IE: '353',
  IL: '972',
  IT: '39',
  JP: '81',
  KR: '82',
  LT: '370',
  LU: '352',
  LV: '371',
  MX: '52',
  NL: '31',
  NO: '47',
  NZ: '64',
  PE: '51',
  PL: '48',
  PT: '351',
  SA: '966',
  SE: '46',
  TR: '90',
  US: '1',
  UY: '598',
  ZA: '27',
};

/** `+34 612 345 678` in ES is `{ number: '612345678', country: '+34' }`. A number without `+` is a national one. */
export function splitPhone(phone: string, country: string): { number: string; country?: string } {
  const digits = phone.replace(/\D/g, '');
  const code = callingCodes[country];
  if (code === undefined) return { number: digits };
  const international = /^\s*(\+|00)/.test(phone) ? digits.replace(/^00/, '') : undefined;
  if (international === undefined) return { number: digits, country: `+${code}` };
  if (international.startsWith(code)) return { number: international.slice(code.length), country: `+${code}` };
  return { number: international };
}
