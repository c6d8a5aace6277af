import { expect } from 'chai';
import { addRate, confirmRate, currentRates, freshRate, type StoredRate, takeRate } from '../../../store/money/fx.ts';
import { insertUser, openTestStore, type TestStore } from '../fixtures.ts';

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

  const rows: [string, Date, string | undefined, Date?][] = [
    ['the newest, whatever the order they came in', at(0), '950'],
    ['the newest when it is just old enough', at(12), '950'],
    ['none rather than a stale one', new Date(at(12).getTime() + 1), undefined],
    ['the newest that is not from the future', at(0), '945', at(11)],
    ['none rather than one from the future', at(0), undefined, at(5)],
  ];
  for (const [what, notBefore, rate, now = at(24)] of rows)
    it(`give ${what}`, async () => {
      const found = await db.store.read(em => freshRate(em, 'USD', 'CLP', { notBefore, now }));
      expect(found?.rate).to.equal(rate);
      if (found?.rate === '950') expect(found).to.deep.equal(clp('950', at(12)));
    });

  it('are not turned round, nor taken for another pair', async () => {
    for (const [base, quote] of [
      ['CLP', 'USD'],
      ['USD', 'BRL'],
      ['EUR', 'CLP'],
    ] as const)
      expect(await db.store.read(em => freshRate(em, base, quote, { notBefore: at(0), now: at(24) }))).to.equal(null);
  });

  it('of a currency to itself are one, and need no row', async () => {
    const rate = await db.store.read(em => freshRate(em, 'USD', 'USD', { notBefore: at(24), now: at(24) }));
    expect(rate).to.include({ rate: '1', source: 'identity' });
  });

  it('are kept digit by digit', async () => {
    const rate: StoredRate = { base: 'USD', quote: 'BRL', rate: '5.412345678901', source: 'bank', asOf: at(1) };
    await db.store.transaction(em => addRate(em, rate));
    expect(await db.store.read(em => freshRate(em, 'USD', 'BRL', { notBefore: at(0), now: at(24) }))).to.deep.equal(
      rate,
    );
  });

  describe('that jump', () => {
    const day = (n: number) => new Date(Date.UTC(2031, 0, n));
    const peso = (rate: string, asOf: Date): StoredRate => ({ base: 'USD', quote: 'MXN', rate, source: 'bank', asOf });
    const take = (rate: string, asOf: Date) => db.store.transaction(em => takeRate(em, peso(rate, asOf)));
    const used = async (now: Date) =>
      (await db.store.read(em => freshRate(em, 'USD', 'MXN', { notBefore: day(1), now })))?.rate;

    it('by more than a fifth are stored, and used only when an admin has confirmed them', async () => {
      expect((await take('20', day(1))).held).to.equal(false);
      expect((await take('24', day(2))).held, 'exactly a fifth').to.equal(false);
      const up = await take('28.9', day(3));
      expect(up.held, 'more than a fifth up').to.equal(true);
      expect((await take('19.1', day(3))).held, 'more than a fifth down').to.equal(true);
      expect((await take('2.4', day(3))).held, 'a slipped point').to.equal(true);
      expect(await used(day(4))).to.equal('24');
      const by = await db.store.transaction(em => insertUser(em, 'admin'));
      expect(await db.store.transaction(em => confirmRate(em, up.id, by))).to.include({ held: false, confirmedBy: by });
      expect(await used(day(4))).to.equal('28.9');
      expect((await take('30', day(5))).held, 'measured against the confirmed one').to.equal(false);
      expect(await db.store.transaction(em => confirmRate(em, up.id, by)), 'confirmed once').to.equal(null);
    });

    it('are listed for whoever confirms them, beside those that are used', async () => {
      const { used: current, held } = await db.store.read(currentRates);
      expect(current.find(({ quote }) => quote === 'MXN')?.rate).to.equal('30');
      expect(held.map(({ rate }) => rate)).to.have.members(['19.1', '2.4']);
    });

    it('are measured one after the other, however many come at once', async () => {
      const taken = await Promise.all(
        ['10', '100', '1000'].map(rate =>
          db.store.transaction(em => takeRate(em, { base: 'USD', quote: 'UYU', rate, source: 'bank', asOf: day(1) })),
        ),
      );
      expect(taken.filter(({ held }) => !held)).to.have.length(1);
    });

    it('are no news when they were told before', async () => {
      expect(await take('30', day(5))).to.deep.equal(await take('30', day(5)));
    });
  });
});
