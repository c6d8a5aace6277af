import type { Address } from '../../domain/address.ts';
import { refuse } from './address-problem.ts';
import { refusesOther } from './place.ts';

/** `logistics_address` of an order: snake_case, since camelCase keys are silently ignored. */
export type LogisticsAddress = {
  address: string;
  address2?: string;
  city: string;
  province: string;
  country: string;
  zip?: string;
  full_name: string;
  contact_person: string;
  mobile_no?: string;
  phone_country?: string;
  locale: 'en_US';
  cpf?: string;
  passport_no?: string;
  foreigner_passport_no?: string;
  is_foreigner?: 'false';
};

/** Corrects what it may, and refuses the rest. @throws Terminal `ADDRESS_…`; the message names no person. */
export type Rule = (draft: LogisticsAddress, address: Address) => LogisticsAddress;

/** What AliExpress asks for in addition, by country of destination. Source: its changelog of `ds.order.create`. */
const rules: Record<string, readonly Rule[]> = {
  AR: [phone(/^9?(\d{10})$/, '10 digits'), taxNumber(/^(\d{2})-?(\d{8})-?(\d)$/, '20-12345678-6')],
  AU: [latinName, nameInTwoParts(128)],
  BR: [cpf, zipPresent],
  DZ: [nameInTwoParts(128)],
  ES: [phone(/^(\d{9})$/, '9 digits')],
  IL: [taxNumber(/^(\d{9})$/, '9 digits')],
  KR: [customsNumber],
  MX: [secondLineUpTo(60)],
  NZ: [latinName, nameInTwoParts(128)],
  SA: [phone(/^0?(5\d{8})$/, '9 digits starting with 5'), nationalAddressPresent],
  US: [nameInTwoParts(32), linesWithin(5, 35)],
  ZA: [nameInTwoParts(128)],
};

export const rulesOf = (country: string): readonly Rule[] => [placeNamed, ...(rules[country] ?? [])];

/** Saudi Arabia's short address, four letters and four digits; it travels outside the address. */
export function nationalAddress({ country, taxId }: Address): string | undefined {
  const text = taxId?.trim().toUpperCase() ?? '';
  return country === 'SA' && /^[A-Z]{4}\d{4}$/.test(text) ? text : undefined;
}

function nameInTwoParts(longest: number): Rule {
  return draft => {
    const { length } = draft.full_name;
    if (/\S \S/.test(draft.full_name) && length >= 2 && length <= longest) return draft;
    throw refuse('NAME_INVALID', `${draft.country} wants first and last name, up to ${longest} characters`);
  };
}

/** `José O'Neill-Díaz` becomes `Jose ONeill Diaz`. */
function latinName(draft: LogisticsAddress): LogisticsAddress {
  const folded = draft.full_name
    .normalize('NFD')
    .replace(/[\p{M}'’.]/gu, '')
    .replace(/-/g, ' ');
  if (!/^[A-Za-z ]+$/.test(folded)) throw refuse('NAME_INVALID', `${draft.country} wants a name in the letters A to Z`);
  return { ...draft, full_name: folded, contact_person: folded };
}

/** A line that is too long goes on in the second one, after its last whole word. */
function linesWithin(shortest: number, longest: number): Rule {
  return draft => {
    if (draft.address.length < shortest)
      throw refuse('LINE_TOO_SHORT', `${draft.country} wants ${shortest} characters`);
    if (draft.address.length <= longest) return draft;
    const space = draft.address.lastIndexOf(' ', longest);
    const cut = space >= shortest ? space : longest;
    const rest = [draft.address.slice(cut).trim(), draft.address2].filter(Boolean).join(', ');
    return { ...draft, address: draft.address.slice(0, cut), address2: rest };
  };
}

function secondLineUpTo(longest: number): Rule {
  return draft => {
    if ((draft.address2 ?? '').length <= longest) return draft;
    throw refuse('LINE_TOO_LONG', `${draft.country} wants at most ${longest} characters in the second line`);
  };
}

/** A sale channel may write `Other` itself. */
function placeNamed(draft: LogisticsAddress): LogisticsAddress {
  const { country, province, city } = draft;
  const { province: wantsProvince, city: wantsCity } = refusesOther[country] ?? {};
  if (wantsProvince && isOther(province)) throw refuse('PROVINCE_INVALID', `${country} wants a province by its name`);
  if (wantsCity && isOther(city)) throw refuse('CITY_INVALID', `${country} wants a city by its name`);
  return draft;
}

const isOther = (text: string): boolean => /^other$/i.test(text);

/** @param pattern whose group is the number without the prefixes that people dial */
function phone(pattern: RegExp, wanted: string): Rule {
  return draft => {
    const number = pattern.exec(draft.mobile_no ?? '')?.[1];
    if (number) return { ...draft, mobile_no: number };
    throw refuse('PHONE_INVALID', `${draft.country} wants a phone number of ${wanted}`);
  };
}

function zipPresent(draft: LogisticsAddress): LogisticsAddress {
  if (draft.zip) return draft;
  throw refuse('ZIP_INVALID', `${draft.country} wants its own form of postal code`);
}

function cpf(draft: LogisticsAddress, { taxId = '' }: Address): LogisticsAddress {
  const digits = taxId.replace(/[.\-\s]/g, '');
  if (!/^\d{11}$/.test(digits)) throw refuse('TAX_ID_INVALID', 'BR wants a CPF of 11 digits');
  return { ...draft, cpf: digits };
}

/** Argentina and Israel want the number of a citizen in both passport fields. */
function taxNumber(pattern: RegExp, wanted: string): Rule {
  return (draft, { taxId = '' }) => {
    const parts = pattern.exec(taxId.trim());
    if (!parts) throw refuse('TAX_ID_INVALID', `${draft.country} wants a tax id like ${wanted}`);
    const number = parts.slice(1).join('-');
    return { ...draft, passport_no: number, foreigner_passport_no: number, is_foreigner: 'false' };
  };
}

function customsNumber(draft: LogisticsAddress, { taxId }: Address): LogisticsAddress {
  return taxId ? { ...draft, foreigner_passport_no: taxId.trim() } : draft;
}

function nationalAddressPresent(draft: LogisticsAddress, address: Address): LogisticsAddress {
  if (nationalAddress(address) !== undefined) return draft;
  throw refuse('TAX_ID_INVALID', 'SA wants its national address: 4 letters and 4 digits');
}
