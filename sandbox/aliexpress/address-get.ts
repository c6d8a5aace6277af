import type { World } from '../world.ts';
import type { Request } from './request.ts';

const provinces: Record<string, readonly string[]> = {
  US: ['California', 'Florida', 'New York', 'Texas', 'Washington'],
  BR: ['Minas Gerais', 'Rio de Janeiro', 'São Paulo'],
  CL: ['Biobío', 'Metropolitana de Santiago', 'Valparaíso'],
  MX: ['Ciudad de México', 'Jalisco', 'Nuevo León'],
};

/** `aliexpress.ds.address.get`: the province names that it takes; a sample, the real list is long. */
export function getAddresses(_world: World, request: Request): object {
  const country = request.required('countryCode');
  request.required('language');
  const children = (provinces[country] ?? []).map(name => ({ type: 'PROVINCE', name, hasChildren: false }));
  return { result: { success: true, data: { country, children: JSON.stringify(children) } } };
}
