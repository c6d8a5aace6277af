import { expect } from 'chai';
import fc from 'fast-check';
import { type Money, money } from '../../../domain/money.ts';
import type { ListedOrder } from '../../../workers/browser/pages/orders.ts';
import { type ClickedOrder, recognise } from '../../../workers/browser/recognise.ts';

const address = {
  full_name: 'Greta Vogel',
  address: 'Torstrasse 12',
  address2: 'Hinterhaus',
  city: 'Berlin',
  province: 'Land Berlin',
  zip: '10119',
  country: 'DE',
};
const wanted = { productId: '1005', skuId: '12000', quantity: 2 };
const clicked: ClickedOrder = {
  wanted,
  address,
  total: { amountMinor: '2699', currency: 'USD' },
  before: ['801', '800'],
};
const none: ReadonlySet<string> = new Set();

type Changes = Partial<Omit<ListedOrder, 'total'>> & { minor?: bigint; currency?: Money['currency']; count?: number };
const listed = (
  number: string,
  { minor = 2_699n, currency = 'USD', count = 2, ...changes }: Changes = {},
): ListedOrder => ({
  number,
  placedAt: new Date(0),
  status: 'Awaiting shipment',
  shipTo: Object.values(address),
  items: [{ productId: '1005', skuId: '12000', quantity: count }],
  total: money(minor, currency),
  parcels: [],
  ...changes,
});
const [old, older] = [listed('801'), listed('800')];
const living = (changes: Partial<typeof address>) => ({ shipTo: Object.values({ ...address, ...changes }) });

describe('the order behind a click', () => {
  const found = (...numbers: string[]) => ({ answer: 'FOUND', numbers });

  it('is the one that is newer than the list before, and fits', () => {
    expect(recognise([listed('900'), old, older], clicked, none)).to.deep.equal(found('900'));
  });

  it('is found in the first list of a new account', () => {
    expect(recognise([listed('900')], { ...clicked, before: [] }, none)).to.deep.equal(found('900'));
  });

  it('is both parts of what two stores send', () => {
    const parts = [listed('901', { minor: 1_350n, count: 1 }), listed('900', { minor: 1_349n, count: 1 })];
    expect(recognise([...parts, old], clicked, none)).to.deep.equal(found('901', '900'));
  });

  it('is recognised among other newer ones', () => {
    const others = [listed('902', living({ full_name: 'Ole Hansen' })), listed('903', { items: [] })];
    expect(recognise([...others, listed('900'), old], clicked, new Set(['904']))).to.deep.equal(found('900'));
  });

  const absent: readonly [string, ListedOrder[], ReadonlySet<string>?][] = [
    ['nothing is listed', []],
    ['all that is listed was there before', [old, older]],
    ['it is listed below one from before', [old, listed('900')]],
    ['the only one that fits is another order’s', [listed('900'), old], new Set(['900'])],
    ['it is another product', [listed('900', { items: [{ ...wanted, productId: '1006' }] }), old]],
    ['it is another variant', [listed('900', { items: [{ ...wanted, skuId: '12001' }] }), old]],
    ['something else is in it too', [listed('900', { items: [wanted, { ...wanted, skuId: '12001' }] }), old]],
    ...Object.keys(address).map((name): [string, ListedOrder[]] => [
      `its ${name} is another`,
      [listed('900', living({ [name]: 'another' })), old],
    ]),
  ];
  for (const [when, list, others = none] of absent)
    it(`is not seen when ${when}`, () => expect(recognise(list, clicked, others)).to.deep.equal({ answer: 'ABSENT' }));

  const unknown: readonly [string, ListedOrder[]][] = [
    ['two fit', [listed('901'), listed('900'), old]],
    ['the total is another', [listed('900', { minor: 2_700n }), old]],
    ['the total is in another currency', [listed('900', { currency: 'EUR' }), old]],
    ['two fit that cannot be added', [listed('901', { minor: 1_350n, currency: 'EUR' }), listed('900'), old]],
    ['it holds more pieces', [listed('900', { count: 3 }), old]],
    ['it holds fewer pieces', [listed('900', { count: 1 }), old]],
    ['the list shows none of those from before: it may be older than the click', [listed('900')]],
  ];
  for (const [when, list] of unknown)
    it(`is nobody’s guess when ${when}`, () =>
      expect(recognise(list, clicked, none)).to.deep.equal({ answer: 'UNKNOWN' }));

  it('is never one from before, another’s, or another’s goods or person, and always all that was paid', () => {
    const number = fc.constantFrom('900', '901', '902', '800', '801');
    const order = fc
      .record({
        number,
        fits: fc.boolean(),
        minor: fc.constantFrom(2_699n, 1_350n, 1_349n, 1n),
        count: fc.constantFrom(1, 2, 3),
        currency: fc.constantFrom('USD' as const, 'EUR' as const),
        wrong: fc.constantFrom(
          { items: [{ ...wanted, skuId: '1' }] },
          living({ full_name: 'Ole' }),
          living({ zip: '1' }),
        ),
      })
      .map(({ fits, wrong, ...facts }) => ({
        fits,
        entry: listed(facts.number, { ...facts, ...(fits ? {} : wrong) }),
      }));
    const list = fc.uniqueArray(order, { maxLength: 5, selector: ({ entry }) => entry.number });
    const before = fc.subarray(['800', '801', '900']);
    const others = fc.subarray(['901', '902']).map(numbers => new Set(numbers));
    let finds = 0;
    fc.assert(
      fc.property(list, before, others, (entries, known, taken) => {
        const result = recognise(
          entries.map(({ entry }) => entry),
          { ...clicked, before: known },
          taken,
        );
        if (result.answer !== 'FOUND') return;
        finds += 1;
        const chosen = entries.filter(({ entry }) => result.numbers.includes(entry.number));
        expect(chosen.every(({ fits }) => fits)).to.equal(true);
        expect(result.numbers.some(one => known.includes(one) || taken.has(one))).to.equal(false);
        expect(chosen.map(({ entry }) => entry.total.currency)).not.to.include('EUR');
        expect(chosen.reduce((sum, { entry }) => sum + entry.total.amountMinor, 0n)).to.equal(2_699n);
      }),
      { numRuns: 5_000 },
    );
    expect(finds, 'orders were found at all').to.be.greaterThan(20);
  });
});
