import { expect } from 'chai';
import { addressFault } from '../../../providers/paypal/address-fault.ts';

describe('what PayPal finds fault with in an address', () => {
  const at = '/purchase_units/0/shipping';
  for (const [code, fields, parts] of [
    ['CITY_REQUIRED', [`${at}/address/admin_area_2`], ['city']],
    ['CITY_REQUIRED', [], ['city']],
    ['POSTAL_CODE_REQUIRED', ["/purchase_units/@reference_id=='default'/shipping/address/postal_code"], ['postalCode']],
    ['INVALID_CITY_POSTAL_ZIP', [], ['city', 'postalCode']],
    ['INVALID_COUNTRY_CODE', [`${at}/address/country_code`], ['country']],
    ['INVALID_STATE', [], ['region']],
    ['INVALID_STRING_LENGTH', [`${at}/address/address_line_1`], ['line1']],
    ['INVALID_STRING_LENGTH', [`${at}/address/address_line_2`, `${at}/address/admin_area_1`], ['line2', 'region']],
    ['INVALID_STRING_LENGTH', [`${at}/name/full_name`], ['fullName']],
    ['SHIPPING_ADDRESS_INVALID', [`${at}/address`], []],
    ['SHIPPING_ADDRESS_INVALID', [], []],
    ['NEW_THING', [`${at}/address`], []],
    ['NEW_THING', [], undefined],
    ['INSTRUMENT_DECLINED', [], undefined],
    ['INVALID_PARAMETER_VALUE', ['/purchase_units/0/amount/value'], undefined],
  ] as const)
    it(`${code} at ${fields.join(' and ') || 'nothing in particular'}: ${parts?.join(' and ') || (parts ? 'all of it' : 'not the address')}`, () => {
      expect(addressFault({ code: `PAYPAL_${code}`, fields })).to.deep.equal(parts);
    });
});
