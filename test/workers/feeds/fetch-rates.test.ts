import { expect } from 'chai';
import type { RateFeed } from '../../../store/entities/money.ts';
import { RateFeed as Feed } from '../../../store/entities/money.ts';
import { currentRates } from '../../../store/money/fx.ts';
import { scheduleRates } from '../../../store/money/rate-feeds.ts';
import { createStage, type Stage } from '../../support/stage.ts';

describe('fetch-rates', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await createStage();
    await schedule(true);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const schedule = (on: boolean) => stage.store.transaction(em => scheduleRates(em, 'USD', on, new Date('2020-01-01')));
  const feed = (): Promise<RateFeed> => stage.store.read(em => em.findOneOrFail(Feed, { base: 'USD' }));
  const fetch = async (): Promise<string> => stage.perform('fetch-rates', (await feed()).id);
  const rateOf = async (quote: string): Promise<string | undefined> =>
    (await stage.store.read(currentRates)).used.find(rate => rate.quote === quote)?.rate;
  const tell = (rates: object) => stage.control('settings', { rates });

  it('stores what the source tells, with its name and time, and comes back on schedule', async () => {
    await stage.sweepAndDrain();
    const { used } = await stage.store.read(currentRates);
    expect(used).to.have.length(17);
    const clp = used.find(({ quote }) => quote === 'CLP');
    expect(clp).to.include({ base: 'USD', rate: '941.35', source: '127.0.0.1', held: false });
    expect(clp?.asOf.getTime()).to.be.closeTo(Date.now(), 60_000);
    const { nextCheckAt, lastSuccessAt, lastError } = await feed();
    expect(nextCheckAt?.getTime()).to.be.closeTo(Date.now() + stage.config.fxFetchIntervalMs, 60_000);
    expect(lastSuccessAt).not.to.equal(null);
    expect(lastError).to.equal(null);
  });

  it('holds a rate that jumped, and takes the others', async () => {
    await fetch();
    await tell({ changed: { CLP: '94.135', EUR: '0.86' } });
    expect(await fetch()).to.match(/CLP jumped and must be confirmed/);
    expect([await rateOf('CLP'), await rateOf('EUR')]).to.deep.equal(['941.35', '0.86']);
  });

  it('leaves out what is no rate or no currency, and takes the others', async () => {
    await tell({ changed: { CLP: '0', KWD: '1234567890123.5', XAU: '0.0004', EUR: '0.86' } });
    expect(await fetch()).to.match(/^15 rates/);
    expect([await rateOf('CLP'), await rateOf('KWD'), await rateOf('XAU')]).to.deep.equal(Array(3).fill(undefined));
    expect(await rateOf('EUR')).to.equal('0.86');
  });

  it('takes nothing from the future', async () => {
    await tell({ date: new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10), changed: {} });
    expect(await fetch()).to.match(/FX_FROM_THE_FUTURE/);
    expect(await rateOf('CLP')).to.equal(undefined);
  });

  it('takes the day that was told: yesterday’s rates are a day old', async () => {
    await tell({ date: '2026-01-05', changed: {} });
    await fetch();
    const { used } = await stage.store.read(currentRates);
    expect(used[0]?.asOf.toISOString()).to.equal('2026-01-05T23:59:59.999Z');
  });

  for (const fault of [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 404 },
    { kind: 'malformed' },
    { kind: 'drop-reply' },
  ])
    it(`keeps what it has and asks again soon after ${Object.values(fault).join(' ')}`, async () => {
      await fetch();
      await stage.control('faults', { provider: 'fx', operation: 'latest', times: 1, ...fault });
      expect(await fetch()).to.match(/^no rates from 127.0.0.1 \(FX_/);
      expect(await rateOf('CLP')).to.equal('941.35');
      const { nextCheckAt, lastError } = await feed();
      expect(lastError).to.match(/^FX_/);
      expect(nextCheckAt?.getTime()).to.be.closeTo(Date.now() + 900_000, 60_000);
    });

  it('is not asked where no source is configured, and is again when one is', async () => {
    await schedule(false);
    expect((await feed()).nextCheckAt).to.equal(null);
    expect(await stage.sweepAndDrain()).to.deep.equal([]);
    await schedule(true);
    expect((await stage.sweepAndDrain()).join()).to.match(/^fetch-rates: 17 rates/);
  });

  it('keeps its time when the workers are started again', async () => {
    await fetch();
    const before = await feed();
    await schedule(true);
    expect((await feed()).nextCheckAt).to.deep.equal(before.nextCheckAt);
  });
});
