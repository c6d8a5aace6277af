import { expect } from 'chai';
import { money } from '../../domain/money.ts';
import { setAvailable } from '../../store/funding.ts';
import { createStage, type Stage } from '../support/stage.ts';
import { fromNow, hourMs, notesOf, performWith, reservationsOf } from './workbench.ts';

const usd = (minor: number) => money(BigInt(minor), 'USD');

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
});
