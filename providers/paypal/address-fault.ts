import type { Address } from '../../domain/address.ts';

/** PayPal's names for the parts of an address. `name` is the receiver's. */
const byField: readonly (readonly [RegExp, keyof Address])[] = [
  [/address_line_1$/, 'line1'],
  [/address_line_2$/, 'line2'],
  [/admin_area_2$/, 'city'],
  [/admin_area_1$/, 'region'],
  [/postal_code$/, 'postalCode'],
  [/country_code$/, 'country'],
  [/shipping\/name/, 'fullName'],
];

/** The same in the names of its issues: `CITY_REQUIRED`, `INVALID_CITY_POSTAL_ZIP`, `SHIPPING_ADDRESS_INVALID`. */
const byIssue: readonly (readonly [RegExp, keyof Address])[] = [
  [/CITY/, 'city'],
  [/STATE|REGION|PROVINCE/, 'region'],
  [/POSTAL|ZIP/, 'postalCode'],
  [/COUNTRY/, 'country'],
];

/**
 * The parts of the buyer's address that PayPal rejects. An empty list means the address as a whole, undefined that the
 * fault is not in the address.
 */
export function addressFault({
  code,
  fields,
}: {
  readonly code: string;
  readonly fields: readonly string[];
}): readonly (keyof Address)[] | undefined {
  const named = byField.flatMap(([pattern, part]) => (fields.some(field => pattern.test(field)) ? [part] : []));
  if (named.length > 0) return named;
  const spoken = byIssue.flatMap(([pattern, part]) => (pattern.test(code) ? [part] : []));
  const aboutAddress = fields.some(field => /\/shipping\b/.test(field)) || /ADDRESS/.test(code) || spoken.length > 0;
  return aboutAddress ? spoken : undefined;
}
