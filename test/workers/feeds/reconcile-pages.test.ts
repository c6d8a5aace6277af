/** Covers: workers/feeds/reconcile.ts. */
import { expect } from 'chai';
import type { CredentialId } from '../../../domain/ids.ts';
import { eventsWith } from '../../support/opened.ts';
import { changeOrder, fromNow } from '../workbench.ts';
import { type FeedBench, minuteMs, openFeedBench } from './feed-bench.ts';

describe('reconcile with more than a page to read', () => {
  let bench: FeedBench;
  before(async () => {
    bench = await openFeedBench();
  });
  beforeEach(() => bench.next());
  after(() => bench[Symbol.asyncDispose]());

  const many = async (count: number) => {
    const ids: string[] = [];
    for (let order = 0; order < count; order += 1) ids.push(await bench.sellOnMercadoLibre());
    return ids;
  };
  const foundIds = async () => {
    const found = await eventsWith(bench.stage.store, {
      credentialId: bench.seller.mercadolibre.id,
      type: 'FOUND_ORDER',
    });
    return found.map(({ text }) => String(JSON.parse(text).orderId));
  };

  it('reads all pages', async () => {
    const ids = await many(110);
    expect(await bench.read('mercadolibre-orders')).to.match(/^110 new until/);
    expect(await foundIds()).to.have.members(ids);
  });

  it('stops where a page fails, goes on there, and moves the cursor only when all is stored', async () => {
    const ids = await many(60);
    const before = await bench.feed('mercadolibre-orders');
    await bench.fault('mercadolibre', 'search-orders', { match: 'offset=49' });
    expect(await bench.read('mercadolibre-orders')).to.match(/^MERCADOLIBRE_SERVER_ERROR: looked at again/);
    const stopped = await bench.feed('mercadolibre-orders');
    expect(stopped).to.include({ failures: 1, lastError: 'MERCADOLIBRE_SERVER_ERROR' });
    expect(stopped.cursorAt).to.deep.equal(before.cursorAt);
    expect(await foundIds()).to.have.length(50);
    // The first page would fail now: it is not asked for again.
    await bench.fault('mercadolibre', 'search-orders', { match: 'order.status=paid&offset=0' });
    expect(await bench.read('mercadolibre-orders', fromNow(6 * minuteMs))).to.match(/^10 new until/);
    expect(await foundIds()).to.have.members(ids);
    const after = await bench.feed('mercadolibre-orders');
    expect(after).to.include({ failures: 0, lastError: null, page: null, readingUntil: null });
    expect(after.cursorAt).to.be.greaterThan(before.cursorAt);
  });

  it('begins again when an order leaves the list between two pages: none behind it is passed over', async () => {
    const ids = await many(60);
    await bench.fault('mercadolibre', 'search-orders', { match: 'offset=49' });
    await bench.read('mercadolibre-orders');
    await changeOrder(bench.stage, 'mercadolibre', ids[59]!, { status: 'cancelled' });
    expect(await bench.read('mercadolibre-orders', fromNow(6 * minuteMs))).to.match(/^FEED_PAGES_MOVED/);
    expect(await bench.read('mercadolibre-orders', fromNow(7 * minuteMs))).to.match(/until/);
    expect(await foundIds()).to.include.members(ids);
  });

  type Patch = readonly { op: string; path: string; value?: unknown }[];
  const reshape = (provider: string, operation: string, patch: Patch, times = 1, match?: string) =>
    bench.fault(provider, operation, { kind: 'reshape', patch, times, ...(match ? { match } : {}) });
  const untaken = (sellerId: string) =>
    eventsWith(bench.stage.store, { credentialId: sellerId as CredentialId, status: 'FAILED' });

  const lists = [
    ['an eBay order', 'ebay-orders', 'ebay', 'get-orders', '/orders', 'orderId'],
    ['a MercadoLibre order', 'mercadolibre-orders', 'mercadolibre', 'search-orders', '/results', 'id'],
    ['a missed notification', 'mercadolibre-missed', 'mercadolibre', 'missed-feeds', '/messages', '_id'],
  ] as const;
  for (const [what, kind, provider, operation, list, key] of lists)
    for (const broken of [undefined, null, { deep: true }, ['?']])
      it(`keeps ${what} whose name is ${JSON.stringify(broken) ?? 'gone'} as it is, and takes the others`, async () => {
        await bench.stage.control('settings', { webhooks: false });
        for (let order = 0; order < 2; order += 1)
          await (provider === 'ebay' ? bench.sellOnEbay() : bench.sellOnMercadoLibre());
        const path = `${list}/0/${key}`;
        const change = broken === undefined ? { op: 'remove', path } : { op: 'replace', path, value: broken };
        await reshape(provider, operation, [change], 1);
        const before = await bench.feed(kind);
        expect(await bench.read(kind)).to.match(/^2 new until/);
        expect((await bench.feed(kind)).cursorAt).to.be.greaterThan(before.cursorAt);
        const [kept, ...others] = await untaken(bench.seller[provider].id);
        expect(kept).to.include({ type: 'UNREADABLE_ELEMENT', status: 'FAILED' });
        expect(JSON.parse(kept?.text ?? '')[key]).to.deep.equal(broken);
        expect(others).to.deep.equal([]);
        expect(bench.imports()).to.equal(1);
      });

  it('keeps what is no order at all, and goes on behind it', async () => {
    await bench.sellOnEbay();
    await reshape('ebay', 'get-orders', [
      { op: 'add', path: '/orders/-', value: 'nothing' },
      { op: 'add', path: '/orders/-', value: null },
      { op: 'replace', path: '/total', value: 3 },
    ]);
    expect(await bench.read('ebay-orders')).to.match(/^3 new until/);
    expect((await untaken(bench.seller.ebay.id)).map(({ text }) => text)).to.have.members(['"nothing"', 'null']);
  });

  it('finds an order all the same whose time of the last change cannot be read: each form of it once', async () => {
    await bench.sellOnEbay();
    const patch = [{ op: 'replace', path: '/orders/0/lastModifiedDate', value: 'yesterday' }];
    await reshape('ebay', 'get-orders', patch, 2);
    expect(await bench.read('ebay-orders')).to.match(/^1 new until/);
    expect(await bench.read('ebay-orders', fromNow(10 * minuteMs))).to.match(/^0 new until/);
    expect(await untaken(bench.seller.ebay.id)).to.deep.equal([]);
  });

  it('counts what cannot be read on its page, also as the last one: none behind it is passed over', async () => {
    const ids = await many(60);
    // The last of the first page is the first of the second: it is told apart there, though nobody can read it.
    const gone = (path: string) => [{ op: 'remove', path }];
    await reshape('mercadolibre', 'search-orders', gone('/results/49/id'), 1, 'order.status=paid&');
    await bench.fault('mercadolibre', 'search-orders', {
      match: 'offset=49',
      kind: 'reshape',
      patch: gone('/results/0/id'),
    });
    expect(await bench.read('mercadolibre-orders')).to.match(/^60 new until/);
    expect((await foundIds()).length).to.equal(59);
    expect(ids).to.include.members(await foundIds());
    expect(await untaken(bench.seller.mercadolibre.id)).to.have.length(1);
  });

  it('gives its place to others after ten pages, and goes on with a job of its own', async () => {
    let asked = 0;
    const ebay = {
      ...bench.stage.context.providers.ebay,
      getOrders: async (_token: unknown, { offset }: { offset: number }) => {
        asked += 1;
        const orders = ['a', 'b'].map((_, index) => ({
          read: { orderId: `o-${offset + index}`, version: 'first' },
        }));
        return { orders, total: 14 };
      },
    };
    const now = fromNow(5 * minuteMs);
    expect(await bench.read('ebay-orders', now, { ebay })).to.match(/and more to read/);
    expect(asked).to.equal(10);
    const { id, wake, stateEntry } = await bench.feed('ebay-orders');
    expect(bench.stage.jobs.map(job => job.id)).to.include(`reconcile-${id}-${stateEntry}-${wake}`);
    // A little earlier: the clock goes on while it reads, and there would be more to read by then.
    const justBefore = new Date(now.getTime() - 1_000);
    expect(await bench.read('ebay-orders', justBefore, { ebay })).to.match(/^3 new[ ,]/);
    expect(asked).to.equal(13);
  });

  const stale = JSON.stringify({ id: 'WH-STALE', event_type: 'BILLING.PLAN.UPDATED' });
  for (const [what, second] of [
    ['that leads to itself', { events: [stale], next: 'page=2' }],
    ['to an empty page', { events: [], next: 'page=3' }],
  ] as const)
    it(`ends PayPal’s list at a link ${what}`, async () => {
      const asked: (string | undefined)[] = [];
      const listWebhookEvents = async ({ next }: { next?: string }) => {
        asked.push(next);
        return next === undefined ? { events: [stale], next: 'page=2' } : { ...second, events: [...second.events] };
      };
      const paypal = { ...bench.stage.context.providers.paypal, listWebhookEvents };
      await bench.setCursor('paypal-events', fromNow(0));
      expect(await bench.read('paypal-events', fromNow(5 * minuteMs), { paypal })).to.match(/new until/);
      expect(asked).to.deep.equal([undefined, 'page=2']);
    });
});
