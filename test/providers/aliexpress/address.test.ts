import { expect } from 'chai';
import { shippingFields, toDestination } from '../../../providers/aliexpress/address.ts';
import { nationalAddress } from '../../../providers/aliexpress/address-rules.ts';
import { orderRequest } from '../../../providers/aliexpress/order.ts';
import { address, listed, to, translated } from '../buyer-address.ts';
import { failureOf, thrownBy } from '../thrown-by.ts';

describe('AliExpress address', () => {
  it('is written in snake_case, with the phone split', () => {
    expect(translated(to('US', { line2: 'Apt 4' }))).to.deep.equal({
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
    ['BR passes the CPF on in digits', to('BR', { taxId: '529.982.247-25' }), 'cpf', '52998224725'],
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
    [
      'a firm stands below the street',
      to('DE', { company: 'Vogel GmbH', line2: 'Hof' }),
      'address2',
      'Vogel GmbH, Hof',
    ],
    ['a firm that is the receiver stands once', to('DE', { company: 'Ana Buyer' }), 'address2', undefined],
  ] as const) {
    it(what, () => {
      expect(translated(given)[field]).to.equal(value);
    });
  }

  for (const [what, given, code] of [
    ['US: one name', to('US', { fullName: 'Ana' }), 'ADDRESS_NAME_INVALID'],
    ['US: a name of 33 characters', to('US', { fullName: `Ana ${'x'.repeat(29)}` }), 'ADDRESS_NAME_INVALID'],
    ['US: a line of 4 characters', to('US', { line1: '1 A' }), 'ADDRESS_LINE_TOO_SHORT'],
    ['US: province Other', to('US', { region: 'Other' }), 'ADDRESS_PROVINCE_INVALID'],
    ['AU: letters beyond A to Z', to('AU', { fullName: 'Łucja 2' }), 'ADDRESS_NAME_INVALID'],
    ['NZ: one name', to('NZ', { fullName: 'Zoe' }), 'ADDRESS_NAME_INVALID'],
    ['ES: eight digits', to('ES', { phone: '61234567' }), 'ADDRESS_PHONE_INVALID'],
    ['ES: no phone', to('ES', { phone: '' }), 'ADDRESS_PHONE_INVALID'],
    ['BR: no CPF', to('BR'), 'ADDRESS_TAX_ID_INVALID'],
    ['BR: another zip', to('BR', { taxId: '52998224725', postalCode: '0131' }), 'ADDRESS_ZIP_INVALID'],
    ['BR: no zip', to('BR', { taxId: '52998224725', postalCode: '' }), 'ADDRESS_ZIP_INVALID'],
    ['BR: city Other', to('BR', { taxId: '52998224725', city: 'other' }), 'ADDRESS_CITY_INVALID'],
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
    [
      'anywhere: no street beside a reference',
      to('DE', { line1: ' ', labelReference: 'R 1' }),
      'ADDRESS_ADDRESS_MISSING',
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      expect(await failureOf(() => toDestination(given, []))).to.equal(`terminal ${code}`);
    });
  }

  it('names all that is wrong at once, and no person', async () => {
    const given = to('US', { fullName: 'Cher', phone: 'ask me', postalCode: '6270', region: '' });
    const error = await thrownBy(() => toDestination(given, listed({ Illinois: [] })));
    expect(String(error)).to.match(
      /^Terminal: ADDRESS_PHONE_INVALID: phone: .+; postal code: .+; province: .+; US wants first/,
    );
    for (const text of ['Cher', 'ask me', '6270', 'Springfield', 'Main']) expect(String(error)).not.to.include(text);
  });
});

describe('the reference of a marketplace’s hub', () => {
  const hub = to('US', {
    labelReference: 'Reference #0000000000000001',
    company: 'Hub Inc.',
    line1: '100 Hub Road #200',
  });

  it('stands alone above the street', () => {
    const { address, address2 } = translated(hub);
    expect(address).to.equal('Reference #0000000000000001');
    expect(address2).to.equal('Hub Inc., 100 Hub Road #200');
  });

  it('is not cut off when it is longer than the first line', () => {
    const { address, address2 } = translated({ ...hub, labelReference: `Reference #${'1'.repeat(30)}` });
    expect(`${address}${address2}`.replace(' ', '')).to.include('1'.repeat(30));
  });
});

describe('AliExpress order request', () => {
  const destination = toDestination(address, []);
  const items = [
    { productId: '1005001234567890', skuAttr: '14:193#Red', quantity: 2, logisticsServiceName: 'CAINIAO_STANDARD' },
  ];

  it('is the same text every time, made of two texts', () => {
    const request = orderRequest({ outOrderId: 'order-1', destination, items });
    expect(orderRequest({ outOrderId: 'order-1', destination, items })).to.equal(request);
    const { param_place_order_request4_open_api_d_t_o: order, ds_extend_request: extend } = JSON.parse(request);
    expect(JSON.parse(order)).to.include({ out_order_id: 'order-1' });
    expect(JSON.parse(order).logistics_address).to.deep.equal(destination.logisticsAddress);
    expect(JSON.parse(order).product_items[0]).to.deep.equal({
      product_id: '1005001234567890',
      product_count: 2,
      sku_attr: '14:193#Red',
      logistics_service_name: 'CAINIAO_STANDARD',
    });
    expect(JSON.parse(extend)).to.deep.equal({ payment: { pay_currency: 'USD', try_to_pay: true } });
  });

  it('puts the national address of Saudi Arabia outside the address', () => {
    const saudi = toDestination(to('SA', { phone: '512345678', taxId: 'abcd1234' }), []);
    const { ds_extend_request: extend } = JSON.parse(orderRequest({ outOrderId: 'o', destination: saudi, items }));
    expect(JSON.parse(extend)).to.have.deep.property('trade_extra_param', { nat_addr: 'ABCD1234' });
    expect(shippingFields(saudi)).to.include({ nat_addr: 'ABCD1234', country: 'SA' });
    expect(nationalAddress(to('US', { taxId: 'ABCD1234' }))).to.equal(undefined);
  });
});
