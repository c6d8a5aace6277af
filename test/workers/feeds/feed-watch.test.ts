import { expect } from 'chai';
import { watchFeeds } from '../../../workers/feeds/feed-watch.ts';
import { fromNow, hourMs, rows } from '../workbench.ts';
import { type FeedBench, minuteMs, openFeedBench } from './feed-bench.ts';

describe('the watch over the feeds', () => {
  let bench: FeedBench;
  before(async () => {
    bench = await openFeedBench();
  });
  after(() => bench[Symbol.asyncDispose]());

  const ours = 'sandbox/paypal-client';
  const watch = (...applications: string[]) => {
    const told: Record<string, unknown>[] = [];
    let now = fromNow(0);
    const log = { error: (line: unknown) => void told.push(line as Record<string, unknown>) };
    const feeds = watchFeeds({ store: bench.stage.store, applications, log, now: () => now });
    return { told, look: feeds.look, pass: (ms: number) => (now = new Date(now.getTime() + ms)) };
  };
  const applications = async () =>
    (
      await rows<{ application: string }>(
        bench.stage,
        'select application from feeds where application is not null order by application',
      )
    ).map(({ application }) => application);

  it('says which feeds stand still, though nobody may be there to read them, and again after a while', async () => {
    const { told, look, pass } = watch(ours);
    await look();
    expect(told).to.deep.equal([]);
    const since = fromNow(-2 * hourMs);
    await bench.setCursor('ebay-orders', since);
    await look();
    expect(told, 'not looked at all the time').to.deep.equal([]);
    pass(10 * minuteMs);
    await look();
    expect(told).to.have.length(1);
    expect(told[0]).to.deep.include({ feed: 'ebay-orders', cursorAt: since });
    pass(minuteMs);
    await look();
    expect(told).to.have.length(1);
    pass(10 * minuteMs);
    await look();
    expect(told).to.have.length(2);
  });

  it('opens the feed of the platform’s own application, and leaves it where it is when it is there', async () => {
    await watch(ours).look();
    const { id, cursorAt } = await bench.feed('paypal-events');
    await watch(ours).look();
    expect(await bench.feed('paypal-events')).to.deep.include({ id, cursorAt });
    expect(await applications()).to.deep.equal([ours]);
  });

  it('keeps the place in the events of an account that was replaced, and of none whose keys are gone', async () => {
    const { id } = await bench.feed('paypal-events');
    await watch('sandbox/another', ours).look();
    expect(await applications()).to.deep.equal(['sandbox/another', ours]);
    expect(await rows(bench.stage, 'select id from feeds where application = ?', [ours])).to.deep.equal([{ id }]);
    await watch('sandbox/another').look();
    expect(await applications()).to.deep.equal(['sandbox/another']);
  });

  it('reads no other application’s events on with ours', async () => {
    await watch('production/another').look();
    expect(await applications()).to.deep.equal(['production/another']);
  });
});
