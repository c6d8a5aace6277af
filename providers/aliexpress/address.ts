/**
 * A buyer's address in the form that AliExpress accepts, or what a person has to correct in it. Nothing is copied:
 * region and town are looked up in AliExpress' own list, the phone number loses its trunk zero, the postal code gets
 * its country's form, other alphabets become Latin letters, and the rules of the country come last.
 */
import type { Address } from '../../domain/address.ts';
import type { Province } from './address-names.ts';
import { gatherProblems, refuse } from './address-problem.ts';
import { type LogisticsAddress, nationalAddress, rulesOf } from './address-rules.ts';
import { splitPhone } from './phone.ts';
import { placeIn } from './place.ts';
import { postalCodeIn } from './postal-code.ts';
import { inLatinLetters } from './transliterate.ts';

/** Where an order goes: the same for its freight query, its create and the website's form. */
export type Destination = {
  readonly logisticsAddress: LogisticsAddress;
  /** Saudi Arabia's short address. */
  readonly nationalAddress?: string;
};

/**
 * @param lists of the country; empty where AliExpress publishes none, or could not be asked
 * @throws Terminal `ADDRESS_…` of the first problem, with a text that names all problems and no person
 */
export function toDestination(given: Address, lists: readonly Province[]): Destination {
  const { attempt, throwAny } = gatherProblems();
  const spelt = attempt(() => inOurLetters(given)) ?? given;
  const phone = attempt(() => phoneOf(given));
  const zip = attempt(() => zipOf(spelt));
  const place = attempt(() => placeIn(lists, { ...spelt, postalCode: zip ?? '' }));
  const draft: LogisticsAddress = {
    ...linesOf(spelt, place?.unlisted),
    city: place?.city ?? spelt.city,
    province: place?.province ?? spelt.region,
    country: given.country,
    ...(zip ? { zip } : {}),
    full_name: spelt.fullName,
    contact_person: spelt.fullName,
    ...(phone ? { mobile_no: phone.number, phone_country: phone.country } : {}),
    locale: 'en_US',
  };
  const needed = { address: spelt.line1, city: draft.city, country: draft.country, full_name: draft.full_name };
  for (const [field, text] of Object.entries(needed)) if (!text) attempt(() => missing(field));
  const logisticsAddress = rulesOf(given.country).reduce(
    (checked, rule) => attempt(() => rule(checked, given)) ?? checked,
    draft,
  );
  throwAny();
  const shortAddress = nationalAddress(given);
  return { logisticsAddress, ...(shortAddress ? { nationalAddress: shortAddress } : {}) };
}

/** The destination as the fields of the website's form. */
export const shippingFields = ({
  logisticsAddress,
  nationalAddress,
}: Destination): Readonly<Record<string, string>> => ({
  ...logisticsAddress,
  ...(nationalAddress ? { nat_addr: nationalAddress } : {}),
});

const missing = (field: string): never => {
  throw refuse(`${field.toUpperCase()}_MISSING`, `${field} is empty`);
};

const written = ['fullName', 'company', 'labelReference', 'line1', 'line2', 'city', 'region', 'postalCode'] as const;

function inOurLetters(address: Address): Address {
  const spelt = written.map(field => [field, inLatinLetters(address[field] ?? '', address.country)] as const);
  const unspelt = spelt.filter(([, text]) => text === undefined).map(([field]) => field);
  if (unspelt.length > 0)
    throw refuse('LETTERS_INVALID', `${unspelt.join(', ')}: AliExpress accepts Latin letters only, enter it in them`);
  return { ...address, ...Object.fromEntries(spelt) };
}

/**
 * The first line is the reference by which a hub finds the buyer, else the street. All else goes into the second: a
 * company, the rest of the street, and a town whose own field is taken by `Other`.
 */
function linesOf(
  { fullName, labelReference, company, line1, line2 }: Address,
  town: string | undefined,
): Pick<LogisticsAddress, 'address' | 'address2'> {
  const firm = company === fullName ? undefined : company;
  const [address = '', ...rest] = labelReference
    ? [labelReference, firm, line1, line2, town]
    : [line1, firm, line2, town];
  const address2 = rest.filter(Boolean).join(', ');
  return { address, ...(address2 ? { address2 } : {}) };
}

function phoneOf({ phone = '', country }: Address) {
  if (!phone.trim()) return undefined;
  const found = splitPhone(phone, country);
  if (found) return found;
  throw refuse('PHONE_INVALID', 'phone: the number cannot be called from abroad, enter it with + and country code');
}

function zipOf({ postalCode, country }: Address): string {
  if (!postalCode.trim()) return '';
  const code = postalCodeIn(country, postalCode);
  if (code) return code;
  throw refuse('ZIP_INVALID', `postal code: not in the form of ${country}`);
}
