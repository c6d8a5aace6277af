import type { Address } from '../../domain/address.ts';
import { toDestination } from '../../providers/aliexpress/address.ts';
import type { LogisticsAddress } from '../../providers/aliexpress/address-rules.ts';

/* A buyer's address in any country, and what AliExpress is told of it. */

export const address: Address = {
  fullName: 'Ana Buyer',
  line1: '123 Main Street',
  city: 'Springfield',
  region: 'Illinois',
  postalCode: '62701',
  country: 'US',
  phone: '+1 (555) 010-9999',
};

/** A postal code of the country, where it has another form than the one above. */
const codes: Readonly<Record<string, string>> = {
  AU: '2000',
  BR: '01310-100',
  GB: 'SW1A 1AA',
  IL: '9190000',
  JP: '100-0001',
  NL: '1012 AB',
  NZ: '6011',
  PL: '00-950',
  ZA: '8001',
};
export const to = (country: string, changes: Partial<Address> = {}): Address => ({
  ...address,
  country,
  postalCode: codes[country] ?? address.postalCode,
  ...changes,
});

/** Lists as AliExpress gives them: the region's name, and the towns in it. */
export const listed = (places: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(places).map(([name, cities]) => ({ name, cities: cities.map(city => ({ name: city })) }));

export const translated = (
  given: Address,
  places: Readonly<Record<string, readonly string[]>> = {},
): LogisticsAddress => toDestination(given, listed(places)).logisticsAddress;
