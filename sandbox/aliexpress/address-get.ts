import type { World } from '../world.ts';
import { type Province, provincesOf } from './places.ts';
import type { Request } from './request.ts';

/** `aliexpress.ds.address.get`: the names that it takes. The whole tree is one JSON text. */
export function getAddresses(_world: World, request: Request): object {
  const country = request.required('countryCode');
  const known = provincesOf(country);
  if (!known) return { result: { ret: false, code: '1001', msg: 'ADDRESS DATA NOT FOUND' } };
  const data = { country, type: 'COUNTRY', children: JSON.stringify(known.map(provinceNode)) };
  return { result: { ret: true, code: '200', msg: 'success', data } };
}

const provinceNode = ({ name, cities }: Province): object => ({
  type: 'PROVINCE',
  name,
  hasChildren: cities.length > 0,
  ...(cities.length > 0 ? { children: cities.map(city => ({ type: 'CITY', name: city, hasChildren: false })) } : {}),
});
