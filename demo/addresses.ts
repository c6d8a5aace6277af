/** Buyers of the demo, the storm and the tests. */
import type { Address } from '../domain/address.ts';

export const berlin: Address = {
  fullName: 'Greta Vogel',
  line1: 'Torstrasse 12',
  city: 'Berlin',
  region: 'Berlin',
  postalCode: '10119',
  country: 'DE',
  phone: '+49 30 1234567',
};

export const santiago: Address = {
  fullName: 'Camila Rojas',
  line1: 'Avenida Providencia 1234',
  city: 'Santiago',
  region: 'Region Metropolitana',
  postalCode: '7500000',
  country: 'CL',
  phone: '+56 9 8765 4321',
};
