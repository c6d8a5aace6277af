/** Covers: workers/browser/place-order-once.ts, workers/browser/purchase-fallback.ts. */
import { expect } from 'chai';
import type { OrderId } from '../../domain/ids.ts';
import { keepBrowserLogin } from '../../store/connections/browser-login.ts';
import { standingEffect } from '../../store/effects/effects.ts';
import { decideOrder } from '../../transactions/decisions/decide-order.ts';
import type { Context, Failpoint } from '../../workers/context/context.ts';
import { describeWith } from '../support/needs.ts';
import { reservationsOf } from '../workers/workbench.ts';
import { goShopping, type Shopper, type Shopping } from './shopping.ts';

describeWith('browser', 'the click that buys', function () {
  this.timeout(90_000);
  let shopping: Shopping;
  let shopper: Shopper;
  before(async () => {
    shopping = await goShopping();
    shopper = await shopping.hireShopper();
  });
  after(() => shopping?.[Symbol.asyncDispose]());
  afterEach(() => shopping.mood(shopper, { hidesOrders: false }));

  const all = async () => (await shopping.stage.effects('supplier-order')).length;
  const lose = (kind: string, more: object = {}) =>
    shopping.stage.control('faults', { provider: 'shop', operation: 'place', kind, times: 1, ...more });
  const parked = { status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' };

  it('is found in the list of orders when its answer was lost, and never repeated', async () => {
    const { id } = await shopping.orderFor(shopper);
    const before = await all();
    await lose('drop-reply');
    expect(await shopping.buy(id)).to.contain('uncertain (CLICK_UNANSWERED)');
    expect((await shopping.stage.order(id)).status).to.equal('PURCHASING');
    expect(await shopping.evidence(id)).to.have.length(1);
    expect(await shopping.buy(id)).to.equal('PURCHASED');
    expect(await all()).to.equal(before + 1);
    expect(await shopping.bought(id)).to.have.length(1);
  });

  it('is found as both of the orders that one click made', async () => {
    const { id } = await shopping.orderFor(shopper, { ordersPerCreate: 2 });
    await lose('drop-reply');
    await shopping.buy(id);
    expect(await shopping.buy(id)).to.equal('PURCHASED');
    expect(await shopping.bought(id)).to.have.length(2);
  });

  it('is for a person when nothing was bought as far as anybody can see: it is not clicked again', async () => {
    const { id } = await shopping.orderFor(shopper);
    const before = await all();
    await lose('status', { status: 503 });
    expect(await shopping.buy(id)).to.contain('CLICK_UNANSWERED');
    expect(await shopping.buy(id)).to.contain('EFFECT_UNKNOWN');
    await shopping.buyLate(id);
    expect(await shopping.stage.order(id)).to.include(parked);
    expect(await all()).to.equal(before);
    expect(await shopping.evidence(id)).to.have.length.greaterThan(0);
  });

  it('is for a person when its order is closed at the first look, and they have a way out', async () => {
    const { id } = await shopping.orderFor(shopper);
    const failpoint: Context['failpoint'] = async name => {
      if (name !== 'order-detail') return;
      const [placed] = await shopping.bought(id);
      const closed = { status: 'FINISH', endReason: 'CANCELED' };
      await shopping.stage.control('supplier', { number: placed?.reference, ...closed });
    };
    await shopping.buy(id, { failpoint });
    expect(await shopping.stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' });
    expect((await shopping.notes(id)).join('\n')).to.contain('is Closed: the click may have paid it');
    const deed = { decision: { decision: 'fail' }, by: shopper.seller.id, why: 'the card was never charged' } as const;
    await shopping.stage.store.transaction(em => decideOrder(em, () => undefined, id as OrderId, deed));
    expect(await shopping.stage.order(id)).to.include({ status: 'FAILED', reason: 'DECIDED_BY_PERSON' });
    expect(await reservationsOf(shopping.stage, id)).to.deep.include.members([
      { status: 'RELEASED', amount: '1700', payer: null },
    ]);
  });

  it('is for a person when another order looks the same', async () => {
    const { id, goods } = await shopping.orderFor(shopper);
    await lose('drop-reply');
    await shopping.buy(id);
    // Somebody buys the same for the same buyer by hand.
    const { id: twin } = await shopping.orderFor(shopper);
    expect(goods.skuId).to.be.a('string');
    await shopping.stage.store.transaction(em =>
      em.execute(
        'update products set supplier_product_id = ?, supplier_sku_id = ? where id = (select product_id from orders where id = ?)',
        [goods.supplierProductId, goods.skuId, twin],
      ),
    );
    await shopping.buy(twin);
    await shopping.stage.store.transaction(em => em.execute('delete from supplier_orders where order_id = ?', [twin]));
    expect(await shopping.buy(id)).to.contain('EFFECT_UNKNOWN');
    await shopping.buyLate(id);
    expect(await shopping.stage.order(id)).to.include(parked);
  });

  it('is looked for while its account is paused, and for a person when the list stays hidden', async () => {
    const { id } = await shopping.orderFor(shopper);
    await lose('drop-reply');
    await shopping.buy(id);
    await shopping.mood(shopper, { hidesOrders: true });
    expect(await shopping.buy(id)).to.contain('EFFECT_UNKNOWN');
    await shopping.buyLate(id);
    expect(await shopping.stage.order(id)).to.include(parked);
    const effect = await shopping.stage.store.read(em => standingEffect(em, 'buy', id));
    expect(effect).to.include({ status: 'OPEN', sends: 1 });
    await shopping.stage.store.transaction(em => em.execute('update shop_accounts set paused_for = null'));
  });

  it('does not happen when somebody else has taken the order meanwhile', async () => {
    const { id } = await shopping.orderFor(shopper);
    const before = await all();
    const failpoint = async (name: Failpoint) => {
      if (name === 'clicking')
        await shopping.stage.store.transaction(em =>
          em.execute('update orders set fence = fence + 1 where id = ?', [id]),
        );
    };
    expect(await shopping.buy(id, { failpoint })).to.equal('another run owns the order now');
    expect(await all()).to.equal(before);
  });

  it('does not happen when the account is somebody else’s by now', async () => {
    const { id } = await shopping.orderFor(shopper);
    const before = await all();
    const failpoint: Context['failpoint'] = async name => {
      if (name === 'effect-opened')
        await shopping.stage.store.transaction(em =>
          em.execute('update shop_accounts set leased_by = gen_random_uuid()'),
        );
    };
    expect(await shopping.buy(id, { failpoint })).to.equal('another run owns the order now');
    expect(await all()).to.equal(before);
    await shopping.stage.store.transaction(em =>
      em.execute('update shop_accounts set leased_by = null, leased_until = null'),
    );
    expect(await shopping.buy(id)).to.equal('PURCHASED');
  });

  it('is for a person, not looked for with another log-in, when its account has been replaced', async () => {
    const mia = await shopping.hireShopper();
    const { id } = await shopping.orderFor(mia);
    await lose('drop-reply');
    await shopping.buy(id);
    const { store, box, config } = shopping.stage.context;
    const login = {
      userId: mia.seller.id,
      environment: config.aliexpress.environment,
      moneyHolder: 'platform',
    } as const;
    await store.transaction(em => keepBrowserLogin(em, box, { ...login, email: 'other@example.com', password: 'x' }));
    await shopping.buy(id);
    expect(await shopping.stage.order(id)).to.include(parked);
  });

  it('does not happen when the order was frozen meanwhile', async () => {
    const { id } = await shopping.orderFor(shopper);
    const before = await all();
    const failpoint: Context['failpoint'] = async name => {
      if (name === 'review')
        await shopping.stage.store.transaction(em =>
          em.execute(`update orders set frozen_for = 'DISPUTE' where id = ?`, [id]),
        );
    };
    expect(await shopping.buy(id, { failpoint })).to.equal('another run owns the order now');
    expect(await all()).to.equal(before);
  });

  it('waits for its turn: an account buys one order at a time', async () => {
    const [first, second] = [await shopping.orderFor(shopper), await shopping.orderFor(shopper)];
    const failpoint: Context['failpoint'] = async name => {
      if (name !== 'review') return;
      expect(await shopping.buy(second.id)).to.contain('is busy elsewhere');
    };
    expect(await shopping.buy(first.id, { failpoint })).to.equal('PURCHASED');
    expect(await shopping.buy(second.id)).to.equal('PURCHASED');
  });
});
