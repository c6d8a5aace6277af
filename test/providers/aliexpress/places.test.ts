/** Covers: providers/aliexpress/place.ts, providers/aliexpress/place-names.ts, providers/aliexpress/address-names.ts. */
import { expect } from 'chai';
import { toDestination } from '../../../providers/aliexpress/address.ts';
import { toProvinces } from '../../../providers/aliexpress/address-names.ts';
import { listed, to, translated } from '../buyer-address.ts';
import { failureOf } from '../thrown-by.ts';

describe('region and town by AliExpress’ own list', () => {
  const germany = {
    'North Rhine-Westphalia': ['Bonn', 'Koln', 'Other'],
    Bavaria: ['Munich', 'Neustadt'],
    Hesse: ['Neustadt'],
  };
  const italy = { Lombardia: ['Milano', 'Monza'], Liguria: ['Genova'] };
  const austria = { Tyrol: ['Schwaz', 'Other'], Vienna: ['Vienna', 'Other'], Other: ['Other'] };
  const spain = { Madrid: ['Madrid', 'Other'], Barcelona: ['Barcelona'], Asturias: ['Gijón'] };
  for (const [what, given, places, province, city] of [
    ['a state by its code', to('US', { region: 'KY' }), { Kentucky: [] }, 'Kentucky', 'Springfield'],
    ['a state by a code in small letters', to('US', { region: 'ky' }), { Kentucky: [] }, 'Kentucky', 'Springfield'],
    [
      'a province of Canada by its code',
      to('CA', { region: 'ON', postalCode: '' }),
      { Ontario: [] },
      'Ontario',
      'Springfield',
    ],
    ['a state of Australia', to('AU', { region: 'NSW' }), { 'New South Wales': [] }, 'New South Wales', 'Springfield'],
    [
      'a code with its country',
      to('BR', { region: 'BR-SP', taxId: '52998224725' }),
      { 'São Paulo': [] },
      'São Paulo',
      'Springfield',
    ],
    [
      'the code that the channel tells beside a name of its own',
      to('CL', { region: 'RM (Metropolitana)', regionCode: 'CL-RM' }),
      { 'Metropolitana de Santiago': [] },
      'Metropolitana de Santiago',
      'Springfield',
    ],
    [
      'a code that ISO gave up',
      to('MX', { region: 'D.F.', regionCode: 'MX-DIF' }),
      { 'Ciudad de México': [] },
      'Ciudad de México',
      'Springfield',
    ],
    [
      'the larger region around an Italian province',
      to('IT', { region: 'MI', city: 'milano' }),
      italy,
      'Lombardia',
      'Milano',
    ],
    ['the same by the province’s name', to('IT', { region: 'Genova', city: 'Genoa' }), italy, 'Liguria', 'Genova'],
    [
      'a region in its own language',
      to('DE', { region: 'Bayern', city: 'München' }),
      { ...germany, Bavaria: ['München'] },
      'Bavaria',
      'München',
    ],
    [
      'a region in English',
      to('AT', { region: 'Tirol', city: 'schwaz', postalCode: '6130' }),
      austria,
      'Tyrol',
      'Schwaz',
    ],
    ['a town in English', to('AT', { region: '', city: 'Wien', postalCode: '1010' }), austria, 'Vienna', 'Vienna'],
    [
      'no region: the only one with the town',
      to('DE', { region: '', city: 'Bonn', postalCode: '53111' }),
      germany,
      'North Rhine-Westphalia',
      'Bonn',
    ],
    [
      'an umlaut in two letters',
      to('DE', { region: '', city: 'Köln', postalCode: '50667' }),
      { NRW: ['Koeln'] },
      'NRW',
      'Koeln',
    ],
    ['two letters for an umlaut', to('DE', { region: '', city: 'Koeln' }), { NRW: ['Koln'] }, 'NRW', 'Koln'],
    [
      'a region that nobody lists so: the one with the town',
      to('DE', { region: 'NRW', city: 'Bonn', postalCode: '53111' }),
      germany,
      'North Rhine-Westphalia',
      'Bonn',
    ],
    [
      'no region: the one of the postal code',
      to('ES', { region: '', city: 'Madrid', postalCode: '28001', phone: '612345678' }),
      spain,
      'Madrid',
      'Madrid',
    ],
    [
      'a province by its letters',
      to('ES', { region: 'B', city: 'Barcelona', postalCode: '08001', phone: '612345678' }),
      spain,
      'Barcelona',
      'Barcelona',
    ],
    [
      'a name behind its kind',
      to('ES', { region: 'Principado de Asturias', city: 'Gijon', postalCode: '33201', phone: '612345678' }),
      spain,
      'Asturias',
      'Gijón',
    ],
    [
      'a département by the postal code',
      to('FR', { region: 'Île-de-France', city: 'Cergy', postalCode: '95000' }),
      { "Val-d'Oise": ['Cergy'], Paris: ['Paris'] },
      "Val-d'Oise",
      'Cergy',
    ],
    [
      'a nation by the postal code',
      to('GB', { region: 'Lothian', city: 'Edinburgh', postalCode: 'EH1 1YZ' }),
      { England: [], Scotland: [] },
      'Scotland',
      'Edinburgh',
    ],
    [
      'a county of Sweden',
      to('SE', { region: 'Skåne län', city: 'Malmö', postalCode: '211 19' }),
      { Skane: ['Malmo'] },
      'Skane',
      'Malmo',
    ],
    [
      'an island of New Zealand',
      to('NZ', { region: '', city: 'Dunedin' }),
      { Auckland: ['Auckland'], Otago: ['Dunedin'] },
      'Otago',
      'Dunedin',
    ],
    [
      'Other, where the list has it',
      to('DE', { region: '', city: 'Neustadt' }),
      { ...germany, Other: [] },
      'Other',
      'Neustadt',
    ],
    ['no list: the name of a code', to('CA', { region: 'QC', postalCode: '' }), {}, 'Quebec', 'Springfield'],
    ['no list: the name as it is', to('PE', { region: 'Lima Metropolitana' }), {}, 'Lima Metropolitana', 'Springfield'],
    ['no list and no region', to('DE', { region: '' }), {}, 'Other', 'Springfield'],
  ] as const)
    it(`takes ${what}`, () => {
      expect(translated(given, places)).to.include({ province, city });
    });

  it('leaves a town that is not in the list as it is where there is no Other: it is no code of another one', () => {
    const given = to('IT', { region: 'MI', city: 'Ro' });
    expect(translated(given, { Lombardia: ['Rovigo'] })).to.include({ province: 'Lombardia', city: 'Ro' });
  });

  it('moves a town that is not in the list into the second line', () => {
    const given = to('AT', { region: 'Tirol', city: 'Fügen', postalCode: '6263', line2: 'Top 3' });
    expect(translated(given, austria)).to.include({ province: 'Tyrol', city: 'Other', address2: 'Top 3, Fügen' });
  });

  for (const [what, given, places, code] of [
    [
      'a region that the list does not have',
      to('US', { region: 'York' }),
      { Illinois: [], 'New York': [] },
      'PROVINCE_INVALID',
    ],
    [
      'Other in the United States, though it is listed',
      to('US', { region: '' }),
      { Illinois: [], Other: [] },
      'PROVINCE_MISSING',
    ],
    ['no region where namesakes are in two', to('DE', { region: '', city: 'Neustadt' }), germany, 'PROVINCE_MISSING'],
    ['no region in Brazil without a list', to('BR', { region: '', taxId: '52998224725' }), {}, 'PROVINCE_MISSING'],
    [
      'a town of Brazil that its state does not list',
      to('BR', { region: 'SP', taxId: '52998224725' }),
      { 'São Paulo': ['Campinas'] },
      'CITY_INVALID',
    ],
    [
      'Other for a town in Brazil',
      to('BR', { region: 'SP', taxId: '52998224725' }),
      { 'São Paulo': ['Other'] },
      'CITY_INVALID',
    ],
  ] as const)
    it(`refuses ${what}`, async () => {
      expect(await failureOf(() => toDestination(given, listed(places)))).to.equal(`terminal ADDRESS_${code}`);
    });

  it('reads of a list what can be read', () => {
    const cities = JSON.stringify([{ name: 'Bonn' }, { name: 7 }, null, 'Koln']);
    const children = [{ name: 'NRW', children: cities }, { type: 'PROVINCE' }, { name: 'Hesse', children: '[' }, null];
    const read = [
      { name: 'NRW', cities: [{ name: 'Bonn' }] },
      { name: 'Hesse', cities: [] },
    ];
    expect(toProvinces({ children: JSON.stringify(children) })).to.deep.equal(read);
    expect(toProvinces([{ country: 'DE', children }, 7])).to.deep.equal(read);
    for (const nothing of [undefined, null, 7, 'text', {}, { children: 7 }, { children: '{' }])
      expect(toProvinces(nothing)).to.deep.equal([]);
  });
});
