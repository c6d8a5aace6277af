/** Covers: dashboard/pages/order.ts, dashboard/pages/overview.ts, dashboard/pages/orders.ts. */
import { randomUUID } from 'node:crypto';
import type { Queue } from 'bullmq';
import { expect } from 'chai';
import { queueFigures } from '../../dashboard/board/queue-figures.ts';
import type { OrderId } from '../../domain/ids.ts';
import { saleBooked } from '../../domain/postings.ts';
import { html } from '../../runtime/http/html.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { openPlatformFeeds } from '../../store/events/feeds.ts';
import { post } from '../../store/money/ledger.ts';
import { recordPayment } from '../../store/money/payments.ts';
import { troubleBoard } from '../../store/operations/provider-troubles.ts';
import { saveSupplierOrders } from '../../store/orders/supplier-orders.ts';
import { moveText, note } from '../../store/orders/timeline.ts';
import { addLeg, addSale } from '../../store/payouts/sales.ts';
import { usd } from '../support/money.ts';
import { openWorld, operator, type visitor, type World } from './world.ts';

const shipTo = {
  fullName: 'Ana Rojas',
  line1: 'Av. Providencia 1234',
  city: 'Santiago',
  region: 'RM',
  postalCode: '7500000',
  country: 'CL',
};
const nasty = `<script>alert("x")</script>`;

/** The line that a move leaves in the timeline. */
const moved = (em: EntityManager, order: OrderId, move: Parameters<typeof moveText>[0] & { leg?: string }, told = '') =>
  note(em, order, 'moved', `${moveText(move)}${told}`, { ...move });

describe('the pages', () => {
  let world: World;
  let admin: ReturnType<typeof visitor>;
  before(async () => {
    world = await openWorld();
    admin = await operator(world);
  });
  after(() => world.close());

  it('escape what is put into them', () => {
    expect(html`<a title="${`"'&`}">${[nasty, html`<b>${1}</b>`]}${undefined}${false}</a>`.markup).to.equal(
      '<a title="&quot;&#39;&amp;">&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;<b>1</b></a>',
    );
  });

  it('show an order with its timeline, and nothing of it as markup', async () => {
    const order = await world.addOrder({ externalOrderId: nasty, externalLineId: 'line' });
    await world.store.transaction(async em => {
      await note(em, order, 'tried', `the supplier said ${nasty}`, { code: nasty });
    });
    const page = await admin.get(`/orders/${order}`).expect(200);
    expect(page.text).to.include('CREATED → PAID').and.include('the supplier said &lt;script&gt;');
    const list = await admin.get('/orders').expect(200);
    const missed = await admin.get(`/orders?q=${encodeURIComponent(nasty)}`).expect(200);
    for (const { text } of [page, list, missed]) expect(text).not.to.include('<script');
    expect(page.headers['content-security-policy']).to.include("default-src 'none'").and.not.include('script-src');
    expect(page.headers['cache-control']).to.equal('no-store');
  });

  it('let the moves of an order and its payouts stand out, and nothing that is written like one', async () => {
    const order = await world.addOrder({});
    await world.store.transaction(async em => {
      await moved(em, order, { from: 'PAID', to: 'WAITING', reason: 'HOLD' }, ': until A → B');
      await moved(em, order, { beneficiary: 'reseller', legFrom: 'SENT', legTo: 'PAID', leg: 'L1' });
      await note(em, order, 'moved', 'payout to admin: SENT → PAID', { leg: 'L2' });
    });
    const { text } = await admin.get(`/orders/${order}`).expect(200);
    expect(text).to.include('<b>PAID → WAITING (HOLD)</b>: until A → B');
    expect(text)
      .to.include('<b>payout to reseller: SENT → PAID</b>')
      .and.include('<p>payout to admin: SENT → PAID</p>');
    expect(text).not.to.include('legFrom');
  });

  it('tell of a provider that does not answer, and of one that asked us to wait, until they are well', async () => {
    const board = troubleBoard(world.store);
    const at = (ms: number) => new Date(Date.now() + ms);
    const outage = { provider: 'aliexpress', account: '', family: '', why: 'OUTAGE', attempt: 3 } as const;
    const wait = { provider: 'ebay', account: 'seller', family: 'orders', why: 'RATE_LIMITED', attempt: 1 } as const;
    await board.post({ ...outage, since: at(-600_000), until: at(40_000) });
    await board.post({ ...outage, attempt: 4, since: at(0), until: at(60_000) });
    await board.post({ ...wait, since: at(0), until: at(30_000) });
    const { text } = await admin.get('/').expect(200);
    expect(text).to.match(/AliExpress has not answered for <time[^>]*>10 min</);
    expect(text).to.match(/tried again in (60|59) s/);
    expect(text).to.match(/eBay \(orders\) has asked us to wait: (30|29) s more/);
    await board.withdraw(outage);
    await board.withdraw(wait);
    const well = await admin.get('/').expect(200);
    expect(well.text).not.to.include('has not answered').and.not.include('asked us to wait');
  });

  it('find an order by any id that somebody may hold', async () => {
    const wanted = await world.addOrder({ externalOrderId: '27-12345-67890', externalLineId: '1', channel: 'ebay' });
    await world.addOrder();
    await world.store.transaction(async em => {
      await saveSupplierOrders(em, wanted, { numbers: ['8190000000000001'] });
      await recordPayment(em, {
        orderId: wanted,
        provider: 'ebay',
        reference: '27-12345-67890/1',
        status: 'COMPLETED',
        rawStatus: 'PAID',
        amount: { amountMinor: 4_990n, currency: 'USD' },
      });
    });
    const searches = [wanted, wanted.slice(0, 8), '27-12345-67890', '8190000000000001', '27-12345-67890/1'];
    for (const search of searches) {
      const { text } = await admin.get(`/orders?q=${encodeURIComponent(search)}`).expect(200);
      expect(text.match(/href="\/orders\/[0-9a-f-]{36}"/g), search).to.deep.equal([`href="/orders/${wanted}"`]);
    }
    await admin
      .get('/orders?q=nothing-like-it')
      .expect(200)
      .expect(/No order is like that/);
  });

  it('filter by state, reason and channel, and refuse what is none', async () => {
    const waiting = await world.addOrder({ status: 'WAITING', waitReason: 'SUPPLIER_UNPAID', channel: 'mercadolibre' });
    for (const filter of [
      'state=WAITING',
      'reason=SUPPLIER_UNPAID',
      'channel=mercadolibre',
      'state=WAITING&q=&channel=',
    ]) {
      const { text } = await admin.get(`/orders?${filter}`).expect(200);
      expect(text).to.include(`/orders/${waiting}`).and.include('<span class="whole">purchase</span>');
    }
    expect((await admin.get('/orders?state=WAITING&channel=ebay')).text).to.include('No order is like that');
    await admin.get('/orders?state=BROKEN').expect(400);
    await admin.get('/orders?page=0').expect(400);
  });

  it('tell how everything stands, and what a person can do', async () => {
    await world.addOrder({ status: 'NEEDS_REVIEW', reason: 'WRONG_AMOUNT' });
    const { text } = await admin.get('/').expect(200);
    expect(text).to.include('Compare payment and price').and.include('Pay the supplier order');
    expect(text).to.include('balanced').and.include('purchase-fallback');
  });

  it('show who got how many cents, and what the ledger says', async () => {
    const id = await world.addOrder({
      status: 'PURCHASED',
      saleBookedAt: new Date(),
      shipTo,
      maxCostMinor: 2_500n,
      fxRate: '1',
    });
    const fees = { marketplaceFee: usd(0n), paymentFee: usd(223n) };
    const profit = { grossProfit: usd(2_767n), commission: usd(277n), netProfit: usd(2_490n) };
    await world.store.transaction(async em => {
      const sale = { orderId: id, userId: world.reseller.id, supplierCost: usd(2_000n), fees, profit };
      const { id: saleId } = await addSale(em, {
        ...sale,
        adminId: world.admin.id,
        salePrice: usd(4_990n),
        expectedProfit: usd(2_267n),
        setOff: usd(0n),
        commissionPercent: '10',
      });
      const postings = saleBooked({
        ...sale,
        custody: { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' },
        reseller: world.reseller.id,
        admin: world.admin.id,
        gross: usd(4_990n),
        collectedTax: usd(0n),
      });
      await post(em, { source: 'sale', event: `booked:${id}`, orderId: id, postings });
      const due = { userId: world.reseller.id, amount: usd(2_490n), receiver: 'r@example.com', notBefore: new Date() };
      await addLeg(em, { saleId, orderId: id, route: 'paypal', beneficiary: 'reseller', ...due });
    });
    const { text } = await admin.get(`/orders/${id}`).expect(200);
    const shown = ['20.00', '2.23', '2.77', '24.90', '49.90'].map(cents => `${cents}<small>USD</small>`);
    for (const cents of shown) expect(text).to.include(cents);
    expect(text)
      .to.include(`booked:${id}`)
      .and.include('supplier-purchases')
      .and.include('<dd>track-shipment, payout</dd>');
    // Woken, the parcels are looked at again, and the payout.
    await admin.post(`/orders/${id}/wake`).expect(303);
    expect((await world.audit())[0]?.outcome).to.match(
      /^done: track-shipment-[0-9a-f-]{36}-\d+-1, payout-[0-9a-f-]{36}-1-1$/,
    );
  });

  it('lead from the overview to what is held, and to payouts that came back', async () => {
    const held = await world.addOrder({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED', frozenFor: 'DISPUTE' });
    const [leg] = await world.store.read(em =>
      em.execute<{ id: string; order_id: string }[]>('select id, order_id from payout_legs limit 1'),
    );
    await world.store.transaction(async em => {
      for (const status of ['SENT', 'RETURNED'])
        await em.execute('update payout_legs set status = ? where id = ?', [status, leg?.id]);
    });
    const overview = (await admin.get('/').expect(200)).text;
    for (const [path, order, mark] of [
      ['/orders?frozen=DISPUTE', held, 'held: DISPUTE'],
      ['/orders?payout=RETURNED', leg?.order_id, 'payout RETURNED'],
    ] as const) {
      expect(overview).to.include(`href="${path}"`);
      const list = (await admin.get(path).expect(200)).text;
      expect(list).to.include(`/orders/${order}`).and.include(mark);
      expect((list.match(/<tr/g) ?? []).length, 'this order and the head alone').to.equal(2);
    }
    expect(overview).to.include('Answer the dispute at the channel');
    expect((await admin.get(`/orders/${leg?.order_id}`)).text).to.include(
      'It did not arrive: ask the provider once more',
    );
    await admin.get('/orders?frozen=NOTHING').expect(400);
  });

  it('tell which reseller owes how much', async () => {
    const id = await world.addOrder({
      status: 'PURCHASED',
      saleBookedAt: new Date(),
      shipTo,
      maxCostMinor: 2_500n,
      fxRate: '1',
    });
    await world.store.transaction(async em => {
      const none = { marketplaceFee: usd(0n), paymentFee: usd(0n) };
      const profit = { grossProfit: usd(0n), commission: usd(0n), netProfit: usd(0n) };
      await addSale(em, {
        orderId: id,
        userId: world.reseller.id,
        adminId: world.admin.id,
        salePrice: usd(0n),
        supplierCost: usd(0n),
        fees: none,
        profit,
        expectedProfit: usd(0n),
        setOff: usd(0n),
        commissionPercent: '10',
      });
      await post(em, {
        source: 'sale',
        event: `regained:${id}:commission`,
        orderId: id,
        postings: [
          { account: 'reseller', holder: world.reseller.id, amount: usd(1_234n) },
          { account: 'admin', holder: world.admin.id, amount: usd(-1_234n) },
        ],
      });
    });
    const { text } = await admin.get('/').expect(200);
    // The commission is earned, whoever holds it still.
    const platform = text.slice(text.indexOf('>Platform<'), text.indexOf('>Ledger<'));
    expect(platform).to.match(/Earned today.*15\.11<small>USD.*Earned in all.*15\.11<small>USD/s);
    expect(text.slice(text.indexOf('Receivables')))
      .to.include('reseller@example.com')
      .and.include('12.34<small>USD');
  });

  it('tell of a feed that was not read the last time, and of one that stands still', async () => {
    expect((await admin.get('/').expect(200)).text).not.to.include('<h2>Feeds');
    await world.store.transaction(async em => {
      await openPlatformFeeds(em, ['sandbox/ours']);
      await em.execute(`update feeds set last_error = 'PAYPAL_SERVER_ERROR'`);
    });
    const overview = async () => {
      const { text } = await admin.get('/').expect(200);
      return text.slice(text.indexOf('<h2>Feeds'), text.indexOf('<h2>Payouts'));
    };
    expect(await overview())
      .to.include('paypal-events')
      .and.match(/class="wait"/)
      .and.match(/SERVER/);
    await world.store.read(em =>
      em.execute(`update feeds set last_error = null, cursor_at = now() - interval '2 hours'`),
    );
    expect(await overview())
      .to.include('2 h')
      .and.match(/class="bad"/);
    await world.store.read(em => em.execute('delete from feeds'));
  });

  it('do not wait for a queue that is away', async () => {
    const away = () => Promise.reject(new Error('ECONNREFUSED'));
    const queue = { getJobCounts: away, isPaused: away, getJobs: away } as unknown as Queue;
    const figures = await queueFigures({ queues: new Map([['fulfill', queue]]) });
    expect(figures).to.deep.equal([{ name: 'fulfill', figures: undefined }]);
  });

  it('say so when there is no such order, and break over no id', async () => {
    for (const path of [`/orders/${randomUUID()}`, '/orders/1', '/orders/%27', '/legs/1', `/legs/${randomUUID()}`])
      await admin.get(path).expect(404);
    await admin.get('/orders/%E0%A4%A').expect(400);
    await admin.post('/orders/1/wake').expect(404);
    await admin
      .get('/audit')
      .expect(200)
      .expect(/wake order/);
  });
});
