import { expect } from 'chai';
import { NotNow } from '../../../domain/call-outcome.ts';
import { findCredential, openSecrets } from '../../../store/connections/credentials.ts';
import { claimFeed } from '../../../store/events/feeds.ts';
import { eventsWith } from '../../support/opened.ts';
import { changeOrder, fromNow, hintOf, hourMs, ordersAt, rows } from '../workbench.ts';
import { type FeedBench, minuteMs, openFeedBench } from './feed-bench.ts';

describe('reconcile', () => {
  let bench: FeedBench;
  before(async () => {
    bench = await openFeedBench();
  });
  beforeEach(() => bench.next());
  after(() => bench[Symbol.asyncDispose]());

  it('begins a feed for what an account can tell, when it is connected, at that time', async () => {
    for (const kind of ['ebay-orders', 'mercadolibre-orders', 'mercadolibre-missed'] as const) {
      const { cursorAt, startedAt } = await bench.feed(kind);
      expect(cursorAt).to.deep.equal(startedAt);
      expect(Date.now() - cursorAt.getTime()).to.be.lessThan(minuteMs);
    }
  });

  it('is found by the sweep, and then again after a while', async () => {
    expect(
      (await bench.stage.sweepAndDrain()).filter(answer => answer.startsWith('reconcile: 0 new')),
    ).not.to.have.length(0);
    const { nextCheckAt } = await bench.feed('ebay-orders');
    expect(nextCheckAt).to.be.greaterThan(fromNow(4 * minuteMs));
  });

  it('finds an eBay order that nobody told of, and imports it once however often it is found', async () => {
    const orderId = await bench.sellOnEbay();
    expect(await bench.read('ebay-orders')).to.match(/^1 new until/);
    expect(await bench.read('ebay-orders', fromNow(10 * minuteMs)), 'the overlap finds it again').to.match(
      /^0 new until/,
    );
    expect(bench.imports()).to.equal(1);
    await bench.stage.drain();
    expect(await ordersAt(bench.stage, orderId)).to.have.length(1);
  });

  it('finds a MercadoLibre order that nobody told of, and what became of others', async () => {
    const ids = [await bench.sellOnMercadoLibre()];
    for (const status of ['partially_refunded', 'cancelled']) ids.push(await bench.sellOnMercadoLibre({ status }));
    expect(await bench.read('mercadolibre-orders')).to.match(/^3 new until/);
    await bench.stage.drain();
    const orders = (await Promise.all(ids.map(id => ordersAt(bench.stage, id)))).flat();
    expect(orders.map(({ status }) => status)).to.deep.equal(['WAITING', 'NEEDS_REVIEW', 'CANCELLED']);
  });

  it('finds each change of an order once more', async () => {
    const orderId = await bench.sellOnEbay({ paymentStatus: 'PENDING' });
    await bench.read('ebay-orders');
    await bench.stage.drain();
    expect((await ordersAt(bench.stage, orderId))[0]?.status).to.equal('CREATED');
    await bench.stage.control('clock', { advanceSeconds: 1 });
    await changeOrder(bench.stage, 'ebay', orderId, { paymentStatus: 'PAID' });
    expect(await bench.read('ebay-orders', fromNow(10 * minuteMs))).to.match(/^1 new until/);
    await bench.stage.drain();
    expect((await ordersAt(bench.stage, orderId))[0]?.status).to.equal('PURCHASED');
  });

  it('stores a missed MercadoLibre notification under its own name: the webhook that comes late is the same event', async () => {
    const orderId = await bench.sellOnMercadoLibre();
    expect(await bench.read('mercadolibre-missed')).to.match(/^1 new until/);
    expect(await bench.read('mercadolibre-missed', fromNow(10 * minuteMs))).to.match(/^0 new until/);
    const [event] = await eventsWith(bench.stage.store, { credentialId: bench.seller.mercadolibre.id });
    expect(event?.type).to.equal('orders_v2');
    await bench.stage.drain();
    expect(await ordersAt(bench.stage, orderId)).to.have.length(1);
  });

  it('leaves another seller’s missed notification to that seller', async () => {
    await bench.sellOnMercadoLibre();
    const theirs = await bench.stage.context.providers.mercadolibre.missedFeeds(
      { accessToken: await tokenOf() },
      { limit: 50, offset: 0 },
    );
    const mercadolibre = {
      ...bench.stage.context.providers.mercadolibre,
      missedFeeds: async (_token: unknown, { offset }: { offset: number }) =>
        offset === 0 ? theirs.map(one => ('read' in one ? { read: { ...one.read, userId: '1' } } : one)) : [],
    };
    expect(await bench.read('mercadolibre-missed', fromNow(5 * minuteMs), { mercadolibre })).to.match(/^0 new/);
  });

  const tokenOf = async () => {
    const credential = await bench.stage.store.read(em => findCredential(em, bench.seller.mercadolibre.id));
    return openSecrets(bench.stage.context.box, credential!).accessToken;
  };

  it('stores what PayPal lists under its own name, and what nobody follows as well', async () => {
    const { id, externalOrderId } = await bench.stage.checkout(bench.goods);
    expect(await bench.read('paypal-events')).to.match(/^[1-9]\d* new until/);
    const events = (await eventsWith(bench.stage.store, { source: 'paypal' }))
      .filter(({ text }) => text.includes(String(externalOrderId)))
      .map(({ type, status }) => ({ type, status }));
    expect(events).to.deep.equal([{ type: 'CHECKOUT.ORDER.APPROVED', status: 'RECEIVED' }]);
    await bench.stage.drain();
    expect((await bench.stage.order(id)).status).to.equal('PURCHASED');
    const before = await approvals();
    await bench.read('paypal-events', fromNow(10 * minuteMs));
    expect(await approvals(), 'the overlap lists it again').to.equal(before);
  });

  const approvals = async () =>
    (await rows(bench.stage, `select from inbound_events where type = 'CHECKOUT.ORDER.APPROVED'`)).length;

  it('keeps what nobody follows and what cannot be read, so that it hides nothing else', async () => {
    const body = {
      events: [
        { id: 'WH-1-FOLLOWED', event_type: 'PAYMENT.CAPTURE.COMPLETED', resource: { id: 'ABC' } },
        { id: 'WH-2-OTHER', event_type: 'BILLING.PLAN.UPDATED', resource_type: 'Plan', resource: { id: 'ABC' } },
        { id: 'WH-3-EMPTY', event_type: 'PAYMENT.CAPTURE.COMPLETED', create_time: 7, resource: null },
        { event_type: 'BILLING.PLAN.CREATED' },
        'of another type',
      ],
      count: null,
    };
    await bench.fault('paypal', 'list-events', { kind: 'answer', status: 200, body });
    expect(await bench.read('paypal-events', fromNow(15 * minuteMs))).to.match(/^5 new/);
    const stored = await eventsWith(bench.stage.store, { source: 'paypal' });
    const named = new Map(stored.map(({ eventId, status }) => [eventId, status]));
    expect(['WH-1-FOLLOWED', 'WH-2-OTHER', 'WH-3-EMPTY'].map(id => named.get(id))).to.deep.equal([
      'RECEIVED',
      'IGNORED',
      'IGNORED',
    ]);
    const nameless = stored.filter(({ eventId }) => eventId.startsWith('sha256-'));
    expect(nameless.map(({ status, text }) => [status, JSON.parse(text)])).to.have.deep.members([
      ['IGNORED', { event_type: 'BILLING.PLAN.CREATED' }],
      ['IGNORED', 'of another type'],
    ]);
    bench.stage.jobs.length = 0;
    await rows(bench.stage, `delete from inbound_events where event_id = 'WH-1-FOLLOWED'`);
  });

  it('finds what a provider shows only after the time was read in which it happened', async () => {
    for (const kind of ['ebay-orders', 'mercadolibre-orders'] as const) {
      await bench.read(kind);
      await (kind === 'ebay-orders' ? bench.sellOnEbay() : bench.sellOnMercadoLibre());
      expect((await bench.feed(kind)).cursorAt).to.be.greaterThan(fromNow(minuteMs));
      expect(await bench.read(kind, fromNow(10 * minuteMs))).to.match(/^1 new until/);
    }
  });

  it('does not take what has not settled yet for read', async () => {
    await bench.sellOnEbay();
    expect(await bench.read('ebay-orders', fromNow(30_000))).to.match(/^0 new/);
    expect((await bench.feed('ebay-orders')).cursorAt).to.be.lessThan(fromNow(0));
    expect(await bench.read('ebay-orders')).to.match(/^1 new/);
  });

  it('loses nothing when the process dies while a page is stored', async () => {
    const orderId = await bench.sellOnEbay();
    const before = await bench.feed('ebay-orders');
    await bench.stage.asOwner(
      `create or replace function die() returns trigger language plpgsql as $$ begin raise exception 'died'; end $$;
       create trigger die before insert on inbound_events for each row execute function die()`,
    );
    const end = await bench.read('ebay-orders').catch((error: unknown) => error);
    await bench.stage.asOwner('drop function die cascade');
    expect(String(end)).to.match(/died/);
    expect(await bench.feed('ebay-orders'))
      .to.include({ page: null })
      .and.have.deep.property('cursorAt', before.cursorAt);
    expect(await bench.read('ebay-orders')).to.match(/^1 new/);
    await bench.stage.drain();
    expect(await ordersAt(bench.stage, orderId)).to.have.length(1);
  });

  it('is read by one of two runs at once, and each order is stored once', async () => {
    for (let order = 0; order < 3; order += 1) await bench.sellOnEbay();
    const { id } = await bench.feed('ebay-orders');
    // The clock is moved once for all of them: whoever ends first must not set it back for the others.
    const answers = await bench.stage.at(fromNow(5 * minuteMs), () =>
      Promise.all(Array.from({ length: 3 }, () => bench.stage.perform('reconcile', id))),
    );
    const found = answers.map(answer => Number(/^(\d+) new/.exec(answer)?.[1] ?? 0));
    expect(found.reduce((sum, count) => sum + count, 0)).to.equal(3);
    expect(bench.imports()).to.equal(3);
  });

  it('a run that was overtaken stores nothing', async () => {
    const orderId = await bench.sellOnEbay();
    const { id } = await bench.feed('ebay-orders');
    const { getOrders } = bench.stage.context.providers.ebay;
    const ebay = {
      ...bench.stage.context.providers.ebay,
      getOrders: async (...asked: Parameters<typeof getOrders>) => {
        const page = await getOrders(...asked);
        await bench.stage.store.transaction(em => claimFeed(em, id));
        return page;
      },
    };
    expect(await bench.read('ebay-orders', fromNow(5 * minuteMs), { ebay })).to.equal(
      'another run reads this feed now',
    );
    expect(bench.imports()).to.equal(0);
    await bench.read('ebay-orders');
    await bench.stage.drain();
    expect(await ordersAt(bench.stage, orderId)).to.have.length(1);
  });

  it('backs off, more each time and at most for an hour, or as long as it is asked to', async () => {
    const waits: number[] = [];
    for (let look = 0; look < 6; look += 1) {
      await bench.fault('ebay', 'get-orders');
      const now = fromNow(5 * minuteMs);
      await bench.read('ebay-orders', now);
      // The clock goes on while the feed is read: whole seconds are told apart.
      waits.push(
        Math.round((await bench.feed('ebay-orders')).nextCheckAt!.getTime() / 1_000 - now.getTime() / 1_000) / 60,
      );
    }
    expect(waits).to.deep.equal([5, 10, 20, 40, 60, 60]);
    await bench.fault('ebay', 'get-orders', { status: 429 });
    expect(await bench.read('ebay-orders')).to.match(/^EBAY_RATE_LIMITED/);
  });

  for (const [when, told] of [
    ['does not buy', fromNow(2 * hourMs)],
    ['still buys, when it was told before,', fromNow(0)],
  ] as const)
    it(`${when} what was sold before the account was connected`, async () => {
      const { stage, seller } = bench;
      const ids = { ebay: await bench.sellOnEbay(), mercadolibre: await bench.sellOnMercadoLibre() };
      for (const kind of ['ebay-orders', 'mercadolibre-orders', 'mercadolibre-missed'] as const)
        await bench.setCursor(kind, fromNow(0), fromNow(hourMs));
      for (const marketplace of ['ebay', 'mercadolibre'] as const) {
        const hint = await hintOf(stage, seller, marketplace, ids[marketplace]);
        await rows(stage, 'update inbound_events set received_at = ? where id = ?', [told, hint]);
        const answer = await stage.perform('import-order', hint);
        const [order] = await ordersAt(stage, ids[marketplace]);
        if (when === 'does not buy') expect(answer).to.match(/was sold before the account was connected$/);
        expect(order?.status).to.equal(when === 'does not buy' ? undefined : 'PAID');
      }
    });

  it('counts no failed try while no call is let through to the provider', async () => {
    const getOrders = async () => {
      throw new NotNow('EBAY_AWAY', 'eBay does not answer', { retryAfterMs: 30_000 });
    };
    const ebay = { ...bench.stage.context.providers.ebay, getOrders };
    const now = fromNow(5 * minuteMs);
    expect(await bench.read('ebay-orders', now, { ebay })).to.match(/^EBAY_AWAY/);
    const { failures, lastError, nextCheckAt } = await bench.feed('ebay-orders');
    expect({ failures, lastError }).to.deep.equal({ failures: 0, lastError: 'EBAY_AWAY' });
    expect(nextCheckAt!.getTime() - now.getTime()).to.be.within(30_000, 40_000);
  });

  it('has a person look at a sale that was sent before we learnt of it', async () => {
    const orderId = await bench.sellOnMercadoLibre();
    await changeOrder(bench.stage, 'mercadolibre', orderId, { tags: ['paid', 'delivered'] });
    await bench.read('mercadolibre-orders');
    await bench.stage.drain();
    expect((await ordersAt(bench.stage, orderId))[0]).to.include({
      status: 'NEEDS_REVIEW',
      reason: 'SHIPPED_BY_SELLER',
    });
  });
});
