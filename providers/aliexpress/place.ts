import type { Address } from '../../domain/address.ts';
import type { Province } from './address-names.ts';
import { refuse } from './address-problem.ts';
import { byName } from './place-names.ts';
import { regionOfPostalCode } from './postal-region.ts';
import { namesOfRegion, namesOfTown } from './subdivisions.ts';

/** `unlisted`: the town, where `Other` takes its field in the address. */
export type Place = { province: string; city: string; unlisted?: string };

const other = 'Other';

/** Countries for which AliExpress wants a name from its list, and refuses `Other`. */
export const refusesOther: Readonly<Record<string, { province: true; city?: true }>> = {
  BR: { province: true, city: true },
  US: { province: true },
};

/**
 * Region and town in the spelling of AliExpress' own list. The region is the one that the sale channel names or gives
 * the code of, else the one of the postal code, else the only one that has a town of that name, else `Other`.
 * @param lists empty where AliExpress publishes none, or could not be asked: then names stay as they are
 * @throws Terminal `ADDRESS_PROVINCE_…`, `ADDRESS_CITY_…`
 */
export function placeIn(lists: readonly Province[], address: Address): Place {
  const { country, region, regionCode = '', postalCode } = address;
  const named = namesOfRegion(country, [regionCode, region]);
  const byCode = namesOfRegion(country, [regionOfPostalCode(country, postalCode) ?? '']);
  if (lists.length === 0) return { province: unlistedProvince(address, [...named, ...byCode]), city: address.city };

  const found = byName(lists, [region, ...named, ...byCode]) ?? onlyOneWith(lists, address.city);
  const province = found ?? otherIn(lists, country, 'province');
  if (province) return { province: province.name, ...cityIn(province, address) };
  throw region
    ? refuse('PROVINCE_INVALID', `province: not in AliExpress’ list for ${country}, enter one of its names`)
    : refuse('PROVINCE_MISSING', `province: ${country} needs one, and neither postal code nor town determines which`);
}

/** A name that people use, rather than a code. */
function unlistedProvince({ country, region }: Address, [name]: readonly string[]): string {
  if (region && (!name || region.length > 3)) return region;
  if (name) return name;
  if (refusesOther[country]) throw refuse('PROVINCE_MISSING', `province: ${country} needs one by its name`);
  return other;
}

/** A town may have namesakes elsewhere in the country. */
function onlyOneWith(lists: readonly Province[], city: string): Province | undefined {
  const [only, ...others] = lists.filter(({ cities }) => byName(cities, [city]));
  return others.length === 0 ? only : undefined;
}

const otherIn = <T extends { name: string }>(places: readonly T[], country: string, what: 'province' | 'city') =>
  refusesOther[country]?.[what] ? undefined : places.find(({ name }) => name === other);

/** In most countries AliExpress accepts a town that is not in its list, or refuses it before anything is bought. */
function cityIn({ cities }: Province, { country, city }: Address): Pick<Place, 'city' | 'unlisted'> {
  if (cities.length === 0) return { city };
  const found = byName(cities, [city, ...namesOfTown(country, city)]);
  if (found) return { city: found.name };
  if (refusesOther[country]?.city)
    throw refuse('CITY_INVALID', 'city: not in AliExpress’ list for its province, enter one of its names');
  return otherIn(cities, country, 'city') ? { city: other, unlisted: city } : { city };
}
