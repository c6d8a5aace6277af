import { expect } from 'chai';
import { effectsOf, summarize } from '../../demo/count.ts';
import type { Ending } from '../../demo/scenario.ts';
import { scenarios } from '../../demo/scenarios/index.ts';
import { type BackendName, describeOn, redisUrlOn } from '../support/backends.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { itWith } from '../support/needs.ts';
import { newDataFolder, openTheatre, type Theatre } from './theatre.ts';

/** Each scenario of the demo is a test, on one of the two backends. */
export const describeScenarios = (backend: BackendName): void => {
  describeOn(backend, `the demo on ${backend}`, function () {
    this.timeout(90_000);
    const endings: Ending[] = [];
    let database: TestDatabase;
    let theatre: Theatre;
    before(async () => {
      const redisUrl = redisUrlOn(backend);
      database = await createTestDatabase();
      theatre = await openTheatre({
        dataFolder: newDataFolder(),
        removeData: true,
        env: { ...database.settings, REDIS_URL: redisUrl },
      });
      const amountMinor = '500000';
      await theatre.stage.sandbox('POST', '/balance', { provider: 'paypal', currency: 'USD', amountMinor });
    });
    after(async () => {
      await theatre?.[Symbol.asyncDispose]();
      await database?.drop();
    });

    for (const scenario of scenarios)
      itWith(scenario.inBrowser ? 'browser' : undefined, scenario.title, async () => {
        const expected = await scenario.play(theatre.stage);
        expect(expected).to.have.length(scenario.orders);
        for (const ending of expected) await theatre.ended(ending);
        // A fault that has hit nothing has shown nothing.
        expect(await theatre.stage.sandbox('GET', '/faults')).to.deep.equal({ faults: [] });
        endings.push(...expected);
      });

    it('does everything once, and leaves the books balanced', async () => {
      const { byStatus, ...summary } = await summarize(theatre.store, theatre.stage.sandbox);
      const sum = (count: (ending: Ending) => number) => endings.reduce((total, ending) => total + count(ending), 0);
      expect(summary).to.deep.equal({
        orders: endings.length,
        settled: sum(({ settled }) => Number(settled)),
        needsReview: 0,
        supplierOrders: sum(({ supplierOrders }) => supplierOrders),
        payouts: sum(({ payouts }) => payouts),
        duplicates: 0,
        ledgerBalanced: true,
      });
      const expected = Map.groupBy(endings, ({ status }) => status);
      expect(byStatus).to.deep.equal(Object.fromEntries([...expected].map(([status, { length }]) => [status, length])));
      const kinds = (await effectsOf(theatre.stage.sandbox)).map(({ kind }) => kind);
      expect(kinds).not.to.include('refund');
      // One scenario kills the workers; and where there is no browser they say so.
      const expectedErrors = /^workers +\| (ended with SIGKILL|.*no browser here)/;
      expect(theatre.errors().filter(line => !expectedErrors.test(line))).to.deep.equal([]);
    });
  });
};
