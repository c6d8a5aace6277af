/** Covers: dashboard/pages/feeds.ts, store/money/rate-feeds.ts. */
import { expect } from 'chai';
import { noteRates, scheduleRates } from '../../store/money/rate-feeds.ts';
import { openWorld, operator, type visitor, type World } from './world.ts';

describe('the overview tells of a source of exchange rates', () => {
  let world: World;
  let admin: ReturnType<typeof visitor>;
  before(async () => {
    world = await openWorld();
    admin = await operator(world);
  });
  after(() => world.close());

  const shown = async (): Promise<string> => {
    const { text } = await admin.get('/').expect(200);
    return text.includes('<h2>Feeds') ? text.slice(text.indexOf('<h2>Feeds'), text.indexOf('<h2>Payouts')) : '';
  };

  /** As its worker does when it has asked the source. */
  const asked = (outcome: { at: Date } | { error: string }) =>
    world.store.transaction(async em => {
      const now = world.store.clock.now();
      await scheduleRates(em, 'USD', true, now);
      const [feed] = await em.execute<{ id: Parameters<typeof noteRates>[1] }[]>('select id from rate_feeds');
      if (!feed) throw new Error('a schedule is a row');
      await noteRates(em, feed.id, outcome, now);
    });
  const hoursAgo = (hours: number) => new Date(world.store.clock.now().getTime() - hours * 3_600_000);

  it('that did not answer, since when, and why; and nothing of one that does', async () => {
    await asked({ at: hoursAgo(5) });
    expect(await shown()).to.equal('');
    await asked({ error: 'FX_UNREACHABLE' });
    expect(await shown())
      .to.include('exchange rates of USD')
      .and.include('5 h')
      .and.match(/UNREACHABLE/i);
    await asked({ at: hoursAgo(0) });
    expect(await shown()).to.equal('');
  });

  it('and not of one that was taken out of the configuration', async () => {
    await asked({ error: 'FX_UNREACHABLE' });
    await world.store.transaction(em => scheduleRates(em, 'USD', false, world.store.clock.now()));
    expect(await shown()).to.equal('');
  });
});
