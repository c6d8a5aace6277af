/** Covers: providers/aliexpress/phone.ts, providers/aliexpress/transliterate.ts, providers/aliexpress/postal-code.ts. */
import { expect } from 'chai';
import { toDestination } from '../../../providers/aliexpress/address.ts';
import { to, translated } from '../buyer-address.ts';
import { failureOf, thrownBy } from '../thrown-by.ts';

describe('a phone number for AliExpress', () => {
  for (const [country, written, number, code] of [
    ['GB', '07936 000278', '7936000278', '+44'],
    ['GB', '+44 (0)7936 000278', '7936000278', '+44'],
    ['GB', '0044 7936 000278', '7936000278', '+44'],
    ['GB', '447936000278', '7936000278', '+44'],
    ['FR', '06 12 34 56 78', '612345678', '+33'],
    ['DE', '0151 12345678', '15112345678', '+49'],
    ['DE', '4915112345678', '15112345678', '+49'],
    ['DE', '030 1234567', '301234567', '+49'],
    ['AU', '0412 345 678', '412345678', '+61'],
    ['JP', '090-1234-5678', '9012345678', '+81'],
    ['SE', '070-123 45 67', '701234567', '+46'],
    ['NZ', '021 123 4567', '211234567', '+64'],
    ['NL', '06-12345678', '612345678', '+31'],
    ['KR', '010-1234-5678', '1012345678', '+82'],
    ['IT', '02 1234567', '021234567', '+39'],
    ['IT', '+39 02 1234567', '021234567', '+39'],
    ['IT', '333 1234567', '3331234567', '+39'],
    ['MX', '+52 1 55 1234 5678', '5512345678', '+52'],
    ['US', '1-502-555-0100', '5025550100', '+1'],
    ['US', '+49 151 12345678', '15112345678', '+49'],
    ['DE', '15112345678', '15112345678', '+49'],
  ] as const)
    it(`${written} in ${country}`, () => {
      expect(translated(to(country, { phone: written }))).to.include({ mobile_no: number, phone_country: code });
    });

  for (const [country, written] of [
    ['DE', 'n/a'],
    ['GB', '123'],
    ['US', '0000000000'],
    ['DE', '0151 12345678 / 030 1234567'],
    ['DE', '49421123456'], // an area code of Germany, or Bremen with the country's code
  ] as const)
    it(`${written} in ${country} could be dialled by nobody, or by two`, async () => {
      const given = to(country, { phone: written });
      expect(await failureOf(() => toDestination(given, []))).to.equal('terminal ADDRESS_PHONE_INVALID');
    });
});

describe('a postal code for AliExpress', () => {
  for (const [country, written, zip] of [
    ['SE', '184 36', '18436'],
    ['SE', 'SE-184 36', '18436'],
    ['GB', 'sw1a1aa', 'SW1A 1AA'],
    ['GB', 'M1 1AE', 'M1 1AE'],
    ['NL', '1234ab', '1234 AB'],
    ['PT', '1000 001', '1000-001'],
    ['PL', '00950', '00-950'],
    ['CZ', '110 00', '11000'],
    ['GR', '104 31', '10431'],
    ['BR', '01310100', '01310-100'],
    ['JP', '1000001', '100-0001'],
    ['JP', '〒100-0001', '100-0001'],
    ['AT', 'A-1010', '1010'],
    ['DE', 'D-53111', '53111'],
    ['CA', 'k1a0b1', 'K1A 0B1'],
    ['IE', 'D02X285', 'D02 X285'],
    ['LV', '1010', 'LV-1010'],
    ['US', '627011234', '62701-1234'],
    ['CL', '8320000', '8320000'],
    ['JP', '１００－０００１', '100-0001'],
    ['AE', '１', '1'],
  ] as const)
    it(`${written} in ${country} is ${zip}`, () => {
      expect(translated(to(country, { postalCode: written, taxId: '52998224725' })).zip).to.equal(zip);
    });

  for (const [country, written] of [
    ['DE', '5311'],
    ['SE', '18436 Lund'],
    ['US', '8360'],
    ['GB', '12345'],
  ] as const)
    it(`${written} is none in ${country}`, async () => {
      const given = to(country, { postalCode: written });
      expect(await failureOf(() => toDestination(given, []))).to.equal('terminal ADDRESS_ZIP_INVALID');
    });
});

describe('letters for AliExpress', () => {
  for (const [country, written, spelt] of [
    ['SE', 'Åsa Öberg', 'Åsa Öberg'],
    ['PL', 'Łukasz Żółć', 'Lukasz Zólc'],
    ['GR', 'Θεσσαλονίκη', 'Thessaloniki'],
    ['BG', 'Иван Петров', 'Ivan Petrov'],
    ['JP', 'ヤマダ タロウ', 'yamada tarou'],
    ['SA', 'محمد', 'محمد'],
    ['DE', 'Max\u00a0 Muster\u200b\n', 'Max Muster'],
    ['DE', 'Max 😀 Muster', 'Max Muster'],
    ['DE', 'Max „der“ Muster’s', `Max "der" Muster's`],
    ['DE', 'José', 'José'],
  ] as const)
    it(`${JSON.stringify(written)} in ${country}`, () => {
      const given = to(country, { fullName: written, taxId: 'ABCD1234', phone: country === 'SA' ? '512345678' : '' });
      expect(translated({ ...given, postalCode: '' }).full_name).to.equal(spelt);
    });

  for (const [country, field, written] of [
    ['JP', 'line1', '東京都千代田区'],
    ['DE', 'city', 'شارع الملك'],
    ['IL', 'fullName', 'תל אביב'],
  ] as const)
    it(`refuses ${written}, which no spelling is certain for`, async () => {
      const error = await thrownBy(() => toDestination(to(country, { [field]: written, taxId: '123456782' }), []));
      expect(String(error)).to.include(`ADDRESS_LETTERS_INVALID: ${field}: `);
      expect(String(error)).not.to.include(written);
    });
});
