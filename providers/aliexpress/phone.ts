import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';

/** A number without its trunk zero, and the country code beside it: `{ number: '7936000278', country: '+44' }`. */
export type Phone = { number: string; country: string };

/** Prefixes of mobile numbers that were given up, and that people still write. */
const givenUp: Readonly<Record<string, readonly [written: RegExp, now: string]>> = {
  MX: [/^\+521(?=\d{10}$)/, '+52'], // since 2019
};

/** @returns undefined where it is no number, or might be two different ones */
export function splitPhone(text: string, country: string): Phone | undefined {
  const found = isSupportedCountry(country) ? readIn(text, country) : readAbroad(text);
  return found && { number: found.nationalNumber, country: `+${found.countryCallingCode}` };
}

function readIn(text: string, country: CountryCode): PhoneNumber | undefined {
  if (isInternational(text)) return readAbroad(text, country);
  const atHome = usable(parsePhoneNumberFromString(text, { defaultCountry: country, extract: false }));
  const digits = text.replace(/\D/g, '');
  if (!digits.startsWith(getCountryCallingCode(country))) return atHome;
  return likelier(atHome, readAbroad(`+${digits}`, country));
}

const isInternational = (text: string): boolean => /^\s*(\+|00)/.test(text);

function readAbroad(text: string, country = ''): PhoneNumber | undefined {
  const plain = text.trim().replace(/^00/, '+');
  const [written, now] = givenUp[country] ?? [];
  const digits = `+${plain.replace(/\D/g, '')}`;
  const current = written?.test(digits) ? digits.replace(written, now ?? '') : plain;
  return usable(parsePhoneNumberFromString(current, { extract: false }));
}

/** New numbers exist before the library knows them; a leading zero is accepted only where it belongs to the number. */
const usable = (found: PhoneNumber | undefined): PhoneNumber | undefined =>
  found?.isPossible() && (found.isValid() || !found.nationalNumber.startsWith('0')) ? found : undefined;

/** `4915112345678` may begin with the code of Germany or with an area code: the better number is meant, if one is. */
function likelier(atHome: PhoneNumber | undefined, abroad: PhoneNumber | undefined): PhoneNumber | undefined {
  if (!atHome || !abroad) return atHome ?? abroad;
  if (atHome.number === abroad.number) return atHome;
  for (const isBetter of [
    (phone: PhoneNumber) => phone.isValid(),
    (phone: PhoneNumber) => phone.getType() === 'MOBILE',
  ])
    if (isBetter(atHome) !== isBetter(abroad)) return isBetter(atHome) ? atHome : abroad;
  return undefined;
}
