import { type Shape, textAt } from '../shape.ts';
import { isCpf } from './cpf.ts';
import { provincesOf } from './places.ts';

export type AddressFault = { readonly code: string; readonly message: string };

const fault = (field: string, rule: string): AddressFault => ({
  code: 'B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL',
  message: `${field}: ${rule}`,
});

type Rule = (read: (name: string) => string, natAddr: string | undefined) => AddressFault | undefined;

const nameWithSpace =
  (longest: number): Rule =>
  read =>
    /\S \S/.test(read('full_name')) && read('full_name').length <= longest
      ? undefined
      : fault('full_name', `must contain a space, 2-${longest} characters`);

const identityOf =
  (pattern: RegExp, words: string): Rule =>
  read => {
    for (const field of ['passport_no', 'foreigner_passport_no'])
      if (!pattern.test(read(field))) return fault(field, words);
    return read('is_foreigner') === 'false' ? undefined : fault('is_foreigner', 'must be "false"');
  };

const notOther =
  (field: string): Rule =>
  read =>
    read(field).toLowerCase() === 'other' ? fault(field, 'must not be Other') : undefined;

const latinName: Rule = read =>
  /^[A-Za-z]+( [A-Za-z]+)+$/.test(read('full_name')) ? undefined : fault('full_name', 'only letters A-Z and a space');

/** What AliExpress wants of an address, by country, besides the fields that every address has. */
const rules: Record<string, readonly Rule[]> = {
  US: [
    nameWithSpace(32),
    read => (/\S \S/.test(read('contact_person')) ? undefined : fault('contact_person', 'must contain a space')),
    read => (/^.{5,35}$/s.test(read('address')) ? undefined : fault('address', 'must be 5-35 characters')),
    notOther('province'),
  ],
  AU: [nameWithSpace(128), latinName],
  NZ: [nameWithSpace(128), latinName],
  ES: [read => (/^\d{9}$/.test(read('mobile_no')) ? undefined : fault('mobile_no', 'must be 9 digits'))],
  BR: [
    read =>
      isCpf(read('cpf'))
        ? undefined
        : { code: 'B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_CN_INVALID', message: 'cpf: not a valid CPF' },
    nameWithSpace(128),
    read => (/^\d{5}-?\d{3}$/.test(read('zip')) ? undefined : fault('zip', 'must be 8 digits')),
    notOther('province'),
    notOther('city'),
  ],
  MX: [read => (read('address2').length <= 60 ? undefined : fault('address2', 'must be at most 60 characters'))],
  AR: [
    read => (/^\d{10}$/.test(read('mobile_no')) ? undefined : fault('mobile_no', 'must be 10 digits')),
    identityOf(/^\d{2}-\d{8}-\d$/, 'must be a tax id like 20-12345678-6'),
  ],
  IL: [identityOf(/^\d{9}$/, 'must be 9 digits')],
  DZ: [nameWithSpace(128)],
  ZA: [nameWithSpace(128)],
  SA: [
    (_read, natAddr) =>
      /^[A-Z]{4}\d{4}$/.test(natAddr ?? '') ? undefined : fault('nat_addr', 'must be 4 letters and 4 digits'),
    read => (/^5\d{8}$/.test(read('mobile_no')) ? undefined : fault('mobile_no', 'must be 9 digits starting with 5')),
  ],
};

/** Digits alone, and the form of the country where it has letters or signs. */
const zips: Readonly<Record<string, RegExp>> = {
  AT: /^\d{4}$/,
  AU: /^\d{4}$/,
  CA: /^[A-Z]\d[A-Z] \d[A-Z]\d$/,
  CZ: /^\d{5}$/,
  DE: /^\d{5}$/,
  ES: /^\d{5}$/,
  FR: /^\d{5}$/,
  GB: /^[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}$/,
  GR: /^\d{5}$/,
  IT: /^\d{5}$/,
  JP: /^\d{3}-\d{4}$/,
  NL: /^\d{4} [A-Z]{2}$/,
  NZ: /^\d{4}$/,
  PL: /^\d{2}-\d{3}$/,
  PT: /^\d{4}-\d{3}$/,
  SE: /^\d{5}$/,
  US: /^\d{5}(-\d{4})?$/,
};

/** Countries whose numbers keep their first zero when they are called from abroad. */
const keepTheirZero = ['+39', '+378'];

const phoneFault = (read: (name: string) => string): AddressFault | undefined => {
  const number = read('mobile_no');
  if (number === '') return undefined;
  const unwritten =
    /^\+?\d{1,3}$/.test(read('phone_country')) && /^\d{7,13}$/.test(number)
      ? undefined
      : fault('mobile_no', 'Please enter the country code and phone number without any spaces or special characters');
  const trunk = number.startsWith('0') && !keepTheirZero.includes(read('phone_country'));
  return unwritten ?? (trunk ? fault('mobile_no', 'must not begin with the 0 of calls within the country') : undefined);
};

/** Letters of Latin-1; Arabic ones where the country writes them. */
function lettersFault(address: Shape, country: string): AddressFault | undefined {
  const foreign = country === 'SA' ? /[^\p{ASCII}\u0080-\u00ff\p{Script=Arabic}]/u : /[^\p{ASCII}\u0080-\u00ff]/u;
  const wrong = Object.keys(address).find(name => foreign.test(textAt(address, name) ?? ''));
  return wrong === undefined ? undefined : fault(wrong, 'Please enter English characters');
}

function placeFault(read: (name: string) => string, country: string): AddressFault | undefined {
  const provinces = provincesOf(country);
  if (!provinces) return undefined;
  const province = provinces.find(({ name }) => name === read('province'));
  if (!province) return fault('province', 'Please select a State/Province/County');
  if (province.cities.length === 0 || province.cities.includes(read('city'))) return undefined;
  return fault('city', 'Please enter a City');
}

/** Checks an address as ds.order.create does; undefined when the goods can go there. */
export function faultOf(address: Shape, country: string, natAddr: string | undefined): AddressFault | undefined {
  const read = (name: string): string => textAt(address, name) ?? '';
  if (!/^[A-Z]{2}$/.test(country)) return fault('country', 'must be an ISO 3166 code of two letters');
  if (read('contact_person') === '' && read('full_name') === '') return fault('contact_person', 'must not be empty');
  for (const rule of rules[country] ?? []) {
    const found = rule(read, natAddr);
    if (found) return found;
  }
  const zip = read('zip');
  if (zip !== '' && !(zips[country]?.test(zip) ?? true)) return fault('zip', 'Please enter a valid zip code');
  return phoneFault(read) ?? lettersFault(address, country) ?? placeFault(read, country);
}
