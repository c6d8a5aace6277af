import { parseLeniently } from '../gate/checked-call.ts';

/** As AliExpress spells them: an order with other names is refused. No cities: none are prescribed. */
export type Province = { readonly name: string; readonly cities: readonly City[] };
export type City = { readonly name: string };

/**
 * Below the country come provinces, below them cities; each level may be a list, or the JSON text of one. Entries that
 * cannot be read are left out.
 */
export const toProvinces = (country: unknown): Province[] =>
  (Array.isArray(country) ? country : [country]).flatMap(childrenOf).map(province => ({
    name: province.name,
    cities: childrenOf(province).map(({ name }) => ({ name })),
  }));

type Place = { name: string };

function childrenOf(place: unknown): Place[] {
  const children = isObject(place) ? place.children : undefined;
  const list = typeof children === 'string' ? parseLeniently(children) : children;
  return Array.isArray(list) ? list.filter(isNamed) : [];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isNamed = (value: unknown): value is Place =>
  isObject(value) && typeof value.name === 'string' && value.name.trim() !== '';
