import { expect } from 'chai';
import type { Address } from '../../../domain/address.ts';
import type { Goods, Seller, Stage } from '../../support/stage.ts';
import { importFrom, placeOnEbay, reservationsOf } from '../workbench.ts';

/* Addresses as sale channels give them. */

export const bonn: Address = {
  fullName: 'Max  Muster',
  line1: 'Hauptstr. 1',
  city: 'Bonn',
  region: '',
  postalCode: '53111',
  country: 'DE',
  phone: '4915112345678',
};
export const hub: Address = {
  fullName: 'Jean Exemple',
  labelReference: 'Reference #0000000000000001',
  line1: '100 Hub Road #200',
  city: 'Erlanger',
  region: 'KY',
  postalCode: '41025',
  country: 'US',
  phone: '5025550100',
};
export const lund: Address = {
  fullName: 'Eva Exempel',
  line1: 'Storgatan 1',
  city: 'Lund',
  region: 'Skåne',
  postalCode: '184 36',
  country: 'SE',
};
export const leeds: Address = {
  fullName: 'Ann Example',
  company: 'Example Ltd',
  line1: '1 Sample Street',
  line2: 'Flat 2',
  city: 'Leeds',
  region: '',
  postalCode: 'ls11ba',
  country: 'GB',
  phone: '07936 000278',
};
export const athens: Address = {
  fullName: 'Γιώργος Παπαδόπουλος',
  line1: 'Ερμού 10',
  city: 'Αθήνα',
  region: 'Attiki',
  postalCode: '105 63',
  country: 'GR',
};
export const tokyo: Address = {
  fullName: 'Taro Yamada',
  line1: '千代田1-1',
  city: 'Chiyoda',
  region: 'Tokyo',
  postalCode: '100-0001',
  country: 'JP',
};

/** Sold on eBay to that address, and imported. Gives our order's id. */
export async function soldOnEbay(
  stage: Stage,
  sale: { seller: Seller; goods: Goods; shipTo: Address; forwarded?: boolean },
): Promise<string> {
  const { seller, goods, ...rest } = sale;
  const orderId = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 3_299 }], ...rest });
  const [order] = await importFrom(stage, seller, 'ebay', orderId);
  return order?.id ?? '';
}

export async function expectNothingHeld(stage: Stage, id: string): Promise<void> {
  expect((await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id))).to.deep.equal([]);
  expect(await reservationsOf(stage, id)).to.deep.equal([]);
}
