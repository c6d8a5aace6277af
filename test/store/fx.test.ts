import { expect } from 'chai';
import { addRate, freshRate, type StoredRate } from '../../store/fx.ts';
import { openTestStore, type TestStore } from './fixtures.ts';

const at = (hour: number) => new Date(Date.UTC(2030, 0, 1, hour));
const clp = (rate: string, asOf: Date): StoredRate => ({ base: 'USD', quote: 'CLP', rate, source: 'bank', asOf });

describe('exchange rates', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore(2);
    const stored = [clp('940', at(6)), clp('950', at(12)), clp('945', at(9))];
    await db.store.transaction(async em => {
      for (const rate of stored) await addRate(em, rate);
    });
  });
  after(() => db[Symbol.asyncDispose]());

  const rows: [string, Date, string | undefined][] = [
    ['the newest, whatever the order they came in', at(0), '950'],
    ['the newest when it is just old enough', at(12), '950'],
    ['none rather than a stale one', new Date(at(12).getTime() + 1), undefined],
  ];
  for (const [what, notBefore, rate] of rows)
    it(`give ${what}`, async () => {
      const found = await db.store.read(em => freshRate(em, 'USD', 'CLP', notBefore));
      expect(found?.rate).to.equal(rate);
      if (found) expect(found).to.deep.equal(clp('950', at(12)));
    });

  it('are not turned round, nor taken for another pair', async () => {
    for (const [base, quote] of [
      ['CLP', 'USD'],
      ['USD', 'BRL'],
      ['EUR', 'CLP'],
    ] as const)
      expect(await db.store.read(em => freshRate(em, base, quote, at(0)))).to.equal(null);
  });

  it('of a currency to itself are one, and need no row', async () => {
    const rate = await db.store.read(em => freshRate(em, 'USD', 'USD', new Date('2100-01-01')));
    expect(rate).to.include({ rate: '1', source: 'identity' });
  });

  it('are kept digit by digit', async () => {
    const rate: StoredRate = { base: 'USD', quote: 'BRL', rate: '5.412345678901', source: 'bank', asOf: at(1) };
    await db.store.transaction(em => addRate(em, rate));
    expect(await db.store.read(em => freshRate(em, 'USD', 'BRL', at(0)))).to.deep.equal(rate);
  });
});
