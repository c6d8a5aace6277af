import { expect } from 'chai';
import type { Address } from '../../domain/address.ts';
import { nationalAddress, toLogisticsAddress } from '../../providers/aliexpress/address-rules.ts';
import { orderRequest } from '../../providers/aliexpress/order.ts';
import { failureOf, thrownBy } from './thrown-by.ts';

const address: Address = {
  fullName: 'Ana Buyer',
  line1: '123 Main Street',
  city: 'Springfield',
  region: 'Illinois',
  postalCode: '62701',
  country: 'US',
  phone: '+1 (555) 010-9999',
};
const to = (country: string, changes: Partial<Address> = {}): Address => ({ ...address, country, ...changes });

describe('AliExpress address', () => {
  it('is written in snake_case, with the phone split', () => {
    expect(toLogisticsAddress(to('US', { line2: 'Apt 4' }))).to.deep.equal({
      address: '123 Main Street',
      address2: 'Apt 4',
      city: 'Springfield',
      province: 'Illinois',
      country: 'US',
      zip: '62701',
      full_name: 'Ana Buyer',
      contact_person: 'Ana Buyer',
      mobile_no: '5550109999',
      phone_country: '+1',
      locale: 'en_US',
    });
  });

  for (const [what, given, field, value] of [
    [
      'US spills a long line at a word',
      to('US', { line1: '1234 Very Long Avenue Name Northwest Building', line2: 'Apt 4' }),
      'address',
      '1234 Very Long Avenue Name',
    ],
    [
      'US keeps the rest',
      to('US', { line1: '1234 Very Long Avenue Name Northwest Building', line2: 'Apt 4' }),
      'address2',
      'Northwest Building, Apt 4',
    ],
    ['US cuts a word that is too long', to('US', { line1: 'x'.repeat(40) }), 'address', 'x'.repeat(35)],
    ['AU folds accents and marks', to('AU', { fullName: "José O'Neill-Díaz" }), 'full_name', 'Jose ONeill Diaz'],
    ['NZ folds the contact too', to('NZ', { fullName: 'Zoë Ngata' }), 'contact_person', 'Zoe Ngata'],
    ['ES takes an international number', to('ES', { phone: '+34 612 345 678' }), 'mobile_no', '612345678'],
    ['ES takes a 00 prefix', to('ES', { phone: '0034612345678' }), 'phone_country', '+34'],
    [
      'BR passes the CPF on in digits',
      to('BR', { postalCode: '01310-100', taxId: '529.982.247-25' }),
      'cpf',
      '52998224725',
    ],
    [
      'AR writes its tax id in full',
      to('AR', { phone: '+54 9 11 2345 6789', taxId: '20123456786' }),
      'passport_no',
      '20-12345678-6',
    ],
    [
      'AR fills the foreigner field as well',
      to('AR', { phone: '1123456789', taxId: '20-12345678-6' }),
      'foreigner_passport_no',
      '20-12345678-6',
    ],
    [
      'AR says that nobody is a foreigner',
      to('AR', { phone: '1123456789', taxId: '20-12345678-6' }),
      'is_foreigner',
      'false',
    ],
    [
      'AR drops the 9 of mobile numbers',
      to('AR', { phone: '+54 9 11 2345 6789', taxId: '20123456786' }),
      'mobile_no',
      '1123456789',
    ],
    ['IL takes nine digits', to('IL', { taxId: '123456782' }), 'passport_no', '123456782'],
    ['KR passes a customs number on', to('KR', { taxId: 'P123456789012' }), 'foreigner_passport_no', 'P123456789012'],
    ['KR asks for none', to('KR'), 'foreigner_passport_no', undefined],
    ['SA drops the trunk zero', to('SA', { phone: '0512345678', taxId: 'abcd1234' }), 'mobile_no', '512345678'],
    ['DE has no rule of its own', to('DE', { fullName: 'Ana' }), 'full_name', 'Ana'],
  ] as const) {
    it(what, () => {
      expect(toLogisticsAddress(given)[field]).to.equal(value);
    });
  }

  for (const [what, given, code] of [
    ['US: one name', to('US', { fullName: 'Ana' }), 'ADDRESS_NAME_INVALID'],
    ['US: a name of 33 characters', to('US', { fullName: `Ana ${'x'.repeat(29)}` }), 'ADDRESS_NAME_INVALID'],
    ['US: a line of 4 characters', to('US', { line1: '1 A' }), 'ADDRESS_LINE_TOO_SHORT'],
    ['US: province Other', to('US', { region: 'Other' }), 'ADDRESS_PROVINCE_INVALID'],
    ['AU: letters beyond A to Z', to('AU', { fullName: '王 小明' }), 'ADDRESS_NAME_INVALID'],
    ['NZ: one name', to('NZ', { fullName: 'Zoe' }), 'ADDRESS_NAME_INVALID'],
    ['ES: eight digits', to('ES', { phone: '61234567' }), 'ADDRESS_PHONE_INVALID'],
    ['ES: no phone', to('ES', { phone: '' }), 'ADDRESS_PHONE_INVALID'],
    ['BR: no CPF', to('BR', { postalCode: '01310100' }), 'ADDRESS_TAX_ID_INVALID'],
    ['BR: another zip', to('BR', { taxId: '52998224725', postalCode: '0131' }), 'ADDRESS_ZIP_INVALID'],
    [
      'BR: city Other',
      to('BR', { taxId: '52998224725', postalCode: '01310100', city: 'other' }),
      'ADDRESS_CITY_INVALID',
    ],
    ['MX: a second line of 61 characters', to('MX', { line2: 'x'.repeat(61) }), 'ADDRESS_LINE_TOO_LONG'],
    ['AR: no tax id', to('AR', { phone: '1123456789' }), 'ADDRESS_TAX_ID_INVALID'],
    ['AR: nine digits', to('AR', { phone: '112345678', taxId: '20-12345678-6' }), 'ADDRESS_PHONE_INVALID'],
    ['IL: eight digits', to('IL', { taxId: '12345678' }), 'ADDRESS_TAX_ID_INVALID'],
    ['DZ: one name', to('DZ', { fullName: 'Ana' }), 'ADDRESS_NAME_INVALID'],
    ['ZA: one name', to('ZA', { fullName: 'Ana' }), 'ADDRESS_NAME_INVALID'],
    [
      'SA: a number that does not start with 5',
      to('SA', { phone: '412345678', taxId: 'ABCD1234' }),
      'ADDRESS_PHONE_INVALID',
    ],
    ['SA: no national address', to('SA', { phone: '512345678' }), 'ADDRESS_TAX_ID_INVALID'],
    ['anywhere: no city', to('DE', { city: ' ' }), 'ADDRESS_CITY_MISSING'],
    ['anywhere: no province', to('GB', { region: '' }), 'ADDRESS_PROVINCE_MISSING'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      expect(await failureOf(() => toLogisticsAddress(given))).to.equal(`terminal ${code}`);
    });
  }

  it('names no person in what it throws', async () => {
    const error = await thrownBy(() => toLogisticsAddress(to('US', { fullName: 'Cher' })));
    expect(String(error)).not.to.include('Cher');
  });
});

describe('AliExpress order request', () => {
  const items = [
    { productId: '1005001234567890', skuAttr: '14:193#Red', quantity: 2, logisticsServiceName: 'CAINIAO_STANDARD' },
  ];

  it('is the same text every time, made of two texts', () => {
    const request = orderRequest({ outOrderId: 'order-1', address, items });
    expect(orderRequest({ outOrderId: 'order-1', address, items })).to.equal(request);
    const { param_place_order_request4_open_api_d_t_o: order, ds_extend_request: extend } = JSON.parse(request);
    expect(JSON.parse(order)).to.include({ out_order_id: 'order-1' });
    expect(JSON.parse(order).product_items[0]).to.deep.equal({
      product_id: '1005001234567890',
      product_count: 2,
      sku_attr: '14:193#Red',
      logistics_service_name: 'CAINIAO_STANDARD',
    });
    expect(JSON.parse(extend)).to.deep.equal({ payment: { pay_currency: 'USD', try_to_pay: true } });
  });

  it('puts the national address of Saudi Arabia outside the address', () => {
    const saudi = to('SA', { phone: '512345678', taxId: 'abcd1234' });
    const { ds_extend_request: extend } = JSON.parse(orderRequest({ outOrderId: 'o', address: saudi, items }));
    expect(JSON.parse(extend)).to.have.deep.property('trade_extra_param', { nat_addr: 'ABCD1234' });
    expect(nationalAddress(to('US', { taxId: 'ABCD1234' }))).to.equal(undefined);
  });
});
