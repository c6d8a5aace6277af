import type { Page } from 'puppeteer';
import { fill, find, isThere, type Part, press } from '../locate.ts';

/** The fields of the address form, by their names in the order API. */
export type AddressFields = Readonly<Record<string, string>>;

const labels: Readonly<Record<string, string>> = {
  country: 'Country/Region',
  full_name: 'Contact name',
  phone_country: 'Phone country code',
  mobile_no: 'Mobile number',
  address: 'Street, house number',
  address2: 'Apartment, suite, unit',
  province: 'State/Province',
  city: 'City',
  zip: 'ZIP code',
  cpf: 'Tax number (CPF)',
  passport_no: 'Identity number',
  nat_addr: 'National address',
};

const save: Part = {
  what: 'save button',
  selectors: ['::-p-aria([name="Save"][role="button"])', '::-p-aria([name="Confirm address"][role="button"])'],
};

const field = (name: string, label: string): Part => ({
  what: `field ${label}`,
  selectors: [`::-p-aria([name="${label}"][role="textbox"])`, `input[name="${name}"]`],
});

/** Fills every field of the form, if only with an empty text: the form may still hold another buyer's address. */
export async function enterAddress(page: Page, address: AddressFields): Promise<void> {
  await find(page, save);
  for (const [name, label] of Object.entries(labels)) {
    const part = field(name, label);
    if (address[name] || (await isThere(page, part))) await fill(page, part, address[name] ?? '');
  }
  await press(page, save);
}
