/** Covers: workers/feeds/reconcile.ts. */
import { expect } from 'chai';
import { connect, disconnect } from '../../../store/connections/connect.ts';
import { findCredential, needReconnect, openSecrets } from '../../../store/connections/credentials.ts';
import { fromNow, hourMs, ordersAt } from '../workbench.ts';
import { type FeedBench, minuteMs, openFeedBench } from './feed-bench.ts';

describe('a feed and the account it reads', () => {
  let bench: FeedBench;
  before(async () => {
    bench = await openFeedBench();
  });
  beforeEach(() => bench.next());
  after(() => bench[Symbol.asyncDispose]());

  it('waits for an account that must be connected again, and then reads on from where it stopped', async () => {
    const since = fromNow(-3 * hourMs);
    await bench.setCursor('ebay-orders', since);
    const orderId = await bench.sellOnEbay();
    await bench.stage.store.transaction(em => needReconnect(em, bench.seller.ebay.id));
    expect(await bench.read('ebay-orders')).to.match(/^RECONNECT_NEEDED/);
    expect(await bench.feed('ebay-orders')).to.deep.include({ cursorAt: since, lastError: 'RECONNECT_NEEDED' });
    await (await reconnecting())();
    const { nextCheckAt, cursorAt } = await bench.feed('ebay-orders');
    expect(nextCheckAt).to.be.lessThan(fromNow(1_000));
    expect(cursorAt).to.deep.equal(since);
    expect(await bench.read('ebay-orders')).to.match(/^1 new/);
    await bench.stage.drain();
    expect(await ordersAt(bench.stage, orderId)).to.have.length(1);
  });

  it('begins anew with an account that its owner had disconnected: what it sold meanwhile is not ours', async () => {
    await bench.setCursor('ebay-orders', fromNow(-3 * hourMs));
    const [before, reconnect] = [await bench.feed('ebay-orders'), await reconnecting()];
    await bench.stage.store.transaction(em => disconnect(em, bench.seller.ebay.id));
    expect(await bench.stage.perform('reconcile', before.id)).to.equal('nothing to do: the feed is gone');
    await reconnect();
    const after = await bench.feed('ebay-orders');
    expect(after.id).not.to.equal(before.id);
    expect(after.cursorAt).to.be.greaterThan(fromNow(-minuteMs));
  });

  /** Connects the account once more, with the tokens it has. */
  async function reconnecting(): Promise<() => Promise<unknown>> {
    const { stage, seller } = bench;
    const credential = (await stage.store.read(em => findCredential(em, seller.ebay.id)))!;
    const { accessToken, refreshToken } = openSecrets(stage.context.box, credential);
    const accessExpiresAt = fromNow(hourMs);
    const tokens = { accessToken, refreshToken, accessExpiresAt, refreshExpiresAt: null };
    const account = { ...credential, scopes: [], tokens, refreshAt: accessExpiresAt };
    return () => stage.store.transaction(em => connect(em, stage.context.box, account));
  }
});
