import type { World } from '../world.ts';
import type { Request } from './request.ts';

type Place = { readonly name: string; readonly cities?: readonly string[] };

/** A sample: the real lists are long, and name towns where AliExpress checks them. */
const provinces: Record<string, readonly Place[]> = {
  US: ['California', 'Florida', 'Illinois', 'New York', 'Texas', 'Washington'].map(name => ({ name })),
  BR: [{ name: 'Minas Gerais' }, { name: 'Rio de Janeiro' }, { name: 'São Paulo', cities: ['Campinas', 'São Paulo'] }],
  CL: ['Biobío', 'Metropolitana de Santiago', 'Valparaíso'].map(name => ({ name })),
  DE: [{ name: 'Berlin', cities: ['Berlin'] }],
  MX: ['Ciudad de México', 'Jalisco', 'Nuevo León'].map(name => ({ name })),
};

/** `aliexpress.ds.address.get`: the names that it takes; what lies below a level is JSON in a text. */
export function getAddresses(_world: World, request: Request): object {
  const country = request.required('countryCode');
  const known = provinces[country];
  if (!known) return { result: { ret: false, code: '1001', msg: 'ADDRESS DATA NOT FOUND' } };
  const children = known.map(({ name, cities = [] }) => ({
    type: 'PROVINCE',
    name,
    hasChildren: cities.length > 0,
    ...(cities.length > 0
      ? { children: JSON.stringify(cities.map(city => ({ type: 'CITY', name: city, hasChildren: false }))) }
      : {}),
  }));
  const data = { country, type: 'COUNTRY', children: JSON.stringify(children) };
  return { result: { ret: true, code: '200', msg: 'success', data } };
}
