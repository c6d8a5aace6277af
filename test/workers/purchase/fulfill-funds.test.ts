/** Covers: workers/purchase/fulfill.ts, store/money/funding.ts, store/money/claim-balance-reading.ts. */
import { expect } from 'chai';
import { Retryable } from '../../../domain/call-outcome.ts';
import { claimReading, isBeingRead, keepReading } from '../../../store/money/claim-balance-reading.ts';
import { setAvailable } from '../../../store/money/funding.ts';
import { usd } from '../../support/money.ts';
import { createStage, type Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { fromNow, hourMs, notesOf, performWith, reservationsOf, rows } from '../workbench.ts';

/** Hours and days pass for what is known of the balance. */
const age = (stage: Stage, interval: string) =>
  rows(
    stage,
    `update funding_accounts set as_of = as_of - interval '${interval}', trusted_until = trusted_until - interval '${interval}',
       next_read_at = next_read_at - interval '${interval}' where owner_id is null`,
  );

describe('working capital', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await createStage();
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const setBalance = (amountMinor: number) =>
    stage.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: `${amountMinor}` });

  it('keeps an order waiting while the platform has too little, and lets it go on by itself when there is enough', async () => {
    await setBalance(1_699);
    const order = await stage.paidOrder(await stage.stockUp(await stage.hireSeller()));
    await stage.drain();
    const short = await stage.order(order.id);
    expect(short).to.include({ status: 'WAITING', waitReason: 'FAILED_INSUFFICIENT_FUNDS' });
    expect(short.nextCheckAt).to.be.an.instanceOf(Date);
    expect((await notesOf(stage, order.id)).at(-1)).to.include('17.00 USD needed, 16.99 USD is free');
    expect(await reservationsOf(stage, order.id)).to.deep.equal([]);

    expect((await stage.sweepAndDrain()).join()).to.include('still WAITING (FAILED_INSUFFICIENT_FUNDS)');
    await setBalance(100_000);
    await stage.sweepAndDrain();
    expect(await stage.order(order.id)).to.include({ status: 'PURCHASED' });
    expect(await stage.effects('supplier-order')).to.have.length(1);
  });

  it('takes an account of which nothing is known for an empty one', async () => {
    const seller = await stage.hireSeller({ supplier: 'reseller' });
    await stage.store.read(em =>
      em.execute('update funding_accounts set as_of = null where owner_id = ?', [seller.id]),
    );
    const order = await stage.paidOrder(await stage.stockUp(seller));
    await stage.perform('fulfill', order.id);
    expect(await stage.order(order.id)).to.include({ waitReason: 'FAILED_INSUFFICIENT_FUNDS' });
    expect((await notesOf(stage, order.id)).at(-1)).to.include('nothing is known of the balance');

    await stage.store.transaction(em => setAvailable(em, seller.id, usd(1_700), new Date()));
    expect(await stage.perform('fulfill', order.id)).to.match(/^PURCHASING/);
  });

  it('lets through as many of many orders at once as there is money for, and no more', async () => {
    await setBalance(4 * 1_700 + 1_699);
    // Of as many resellers: each one's own limits would make the orders of one wait for each other.
    const sellers = await Promise.all(Array.from({ length: 12 }, () => stage.hireSeller()));
    const orders = await Promise.all(sellers.map(async seller => stage.paidOrder(await stage.stockUp(seller))));
    await Promise.all(orders.map(({ id }) => stage.perform('fulfill', id)));
    const states = await Promise.all(orders.map(async ({ id }) => (await stage.order(id)).status));
    expect(states.filter(status => status === 'PURCHASING')).to.have.length(4);
    expect(states.filter(status => status === 'WAITING')).to.have.length(8);
  });

  it('counts its own spending that the last report may not show yet', async () => {
    await setBalance(3_000);
    const goods = await stage.stockUp(await stage.hireSeller());
    const [first, second] = [await stage.paidOrder(goods), await stage.paidOrder(goods)];
    await stage.perform('fulfill', first.id);
    await stage.perform('purchase', first.id);
    expect(await reservationsOf(stage, first.id)).to.deep.equal([{ status: 'CONSUMED', amount: '1449', payer: null }]);
    // PayPal reports 30.00 for hours yet, although 14.49 are gone.
    await stage.perform('fulfill', second.id);
    expect(await stage.order(second.id)).to.include({ waitReason: 'FAILED_INSUFFICIENT_FUNDS' });
    expect((await notesOf(stage, second.id)).at(-1)).to.include('15.51 USD is free');
  });

  it('is not told by a clock ahead of ours that what was spent just now is in the report', async () => {
    await setBalance(3_000);
    const goods = await stage.stockUp(await stage.hireSeller());
    const [first, second] = [await stage.paidOrder(goods), await stage.paidOrder(goods)];
    const { paypal } = stage.context.providers;
    const ahead = {
      ...paypal,
      getBalances: async () => ({ ...(await paypal.getBalances()), asOf: fromNow(4 * hourMs) }),
    };
    const fulfill = (id: string) => performWith(stage, { providers: { paypal: ahead } }, 'fulfill', id);
    await stage.store.read(em => em.execute('update funding_accounts set as_of = null where owner_id is null'));
    await fulfill(first.id);
    await stage.perform('purchase', first.id);
    await fulfill(second.id);
    expect(await stage.order(second.id)).to.include({ waitReason: 'FAILED_INSUFFICIENT_FUNDS' });
  });

  describe('with a balance that is read every five minutes', () => {
    let calls: number;
    beforeEach(() => {
      calls = 0;
    });

    /** As five minutes apart as they are for a platform; the calls are counted. */
    function fulfill(id: string, provider: 'answers' | 'does not answer' = 'answers'): Promise<string> {
      const { paypal } = stage.context.providers;
      const getBalances = async () => {
        calls += 1;
        if (provider === 'does not answer') throw new Retryable('PAYPAL_RATE_LIMITED', 'HTTP 429');
        return paypal.getBalances();
      };
      const config = { balanceReadIntervalMs: 300_000 };
      return performWith(stage, { config, providers: { paypal: { ...paypal, getBalances } } }, 'fulfill', id);
    }
    const paidOrders = async (count: number) => {
      const sellers = await Promise.all(Array.from({ length: count }, () => stage.hireSeller()));
      return Promise.all(sellers.map(async seller => stage.paidOrder(await stage.stockUp(seller))));
    };

    it('asks once for all that wait, however often they look', async () => {
      await setBalance(1_699);
      const orders = await paidOrders(6);
      for (let look = 1; look <= 3; look += 1) await Promise.all(orders.map(({ id }) => fulfill(id)));
      expect(calls).to.equal(1);
      for (const { id } of orders)
        expect(await stage.order(id)).to.include({ waitReason: 'FAILED_INSUFFICIENT_FUNDS' });

      await setBalance(4 * 1_700);
      await age(stage, '6 minutes');
      for (let look = 1; look <= 3; look += 1) await Promise.all(orders.map(({ id }) => fulfill(id)));
      expect(calls).to.equal(2);
      const states = await Promise.all(orders.map(async ({ id }) => (await stage.order(id)).status));
      expect(states.filter(status => status === 'PURCHASING')).to.have.length(4);
    });

    it('sees that money was moved to the bank since the last report, which would have sufficed', async () => {
      const [first, second] = await paidOrders(2);
      await fulfill(first?.id ?? '');
      await setBalance(0);
      await age(stage, '5 days');
      expect(await fulfill(second?.id ?? '')).to.include('WAITING');
      expect((await notesOf(stage, second?.id ?? '')).at(-1)).to.match(/17\.00 USD needed, -17\.00 USD is free/);
      expect(await reservationsOf(stage, second?.id ?? '')).to.deep.equal([]);
    });

    it('spends nothing on a report of five days ago while no newer one can be had', async () => {
      const [first, second, third] = await paidOrders(3);
      await fulfill(first?.id ?? '');
      await age(stage, '5 days');
      await fulfill(second?.id ?? '', 'does not answer').catch(() => undefined);
      expect(calls).to.equal(2);
      await fulfill(third?.id ?? '', 'does not answer');
      expect(calls, 'a reading that has just failed is not tried again').to.equal(2);
      expect((await notesOf(stage, third?.id ?? '')).at(-1)).to.include('the balance is not known any more');
      for (const order of [second, third]) expect(await reservationsOf(stage, order?.id ?? '')).to.deep.equal([]);
    });

    it('goes by the last report for as long as its provider allows itself, when no newer one can be had', async () => {
      const [first, second] = await paidOrders(2);
      await fulfill(first?.id ?? '');
      await age(stage, '2 hours');
      expect(await fulfill(second?.id ?? '', 'does not answer')).to.match(/^PURCHASING/);
      expect(calls).to.equal(2);
    });

    it('reads itself what a process that died was to read, and waits for what another reads', async () => {
      const [first, second] = await paidOrders(2);
      await rows(
        stage,
        `update funding_accounts set as_of = null, trusted_until = null, next_read_at = null where owner_id is null`,
      );
      await stage.store.transaction(em => claimReading(em, 'paypal', { forMs: 1, readAgainMs: 1 }));
      await until(async () => !(await stage.store.read(em => isBeingRead(em, 'paypal'))));
      expect(await fulfill(first?.id ?? '')).to.match(/^PURCHASING/);
      expect(calls).to.equal(1);

      await age(stage, '5 days');
      await stage.store.transaction(em => claimReading(em, 'paypal', { forMs: 10_000, readAgainMs: 1 }));
      const waiting = fulfill(second?.id ?? '');
      const report = { available: usd(100_000), asOf: new Date() };
      await stage.store.transaction(em => keepReading(em, 'paypal', report, 300_000));
      expect(await waiting).to.match(/^PURCHASING/);
      expect(calls).to.equal(1);
    });
  });
});
