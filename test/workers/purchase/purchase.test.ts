import { expect } from 'chai';
import { money } from '../../../domain/money.ts';
import type { FailureReason } from '../../../domain/order.ts';
import { setAvailable } from '../../../store/money/funding.ts';
import { createStage, type Goods, type Seller, type Stage } from '../../support/stage.ts';
import {
  connectAliExpress,
  fromNow,
  hourMs,
  intentsOf,
  notesOf,
  orderToBuy,
  performWith,
  reservationsOf,
  rows,
} from '../workbench.ts';

describe('purchase', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());

  const purchase = (id: string) => stage.perform('purchase', id);

  /** Nothing was bought, and the money that was held for it is free again. */
  const expectNothingBought = async (id: string) => {
    expect((await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id))).to.deep.equal([]);
    expect((await reservationsOf(stage, id)).map(({ status }) => status)).to.deep.equal(['RELEASED']);
  };

  /** What the shop sells changes after the order was let through. */
  const changeProduct = (goods: Goods, change: { productId?: string; sku?: object; product?: object }) =>
    stage.control('products', {
      productId: goods.supplierProductId,
      skus: [{ skuId: goods.skuId, skuAttr: '14:173#Blue', priceMinor: '1250', stock: 100, ...change.sku }],
      shippingFeeMinor: '199',
      ...change.product,
    });

  it('buys the exact variant to the buyer’s address and confirms that it is paid', async () => {
    const goods = await stage.stockUp(seller);
    const order = await orderToBuy(stage, goods, 3);
    expect(await purchase(order.id)).to.equal('PURCHASED');
    const bought = (await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(order.id));
    expect(bought).to.have.length(1);
    expect(bought[0]).to.deep.include({ key: `${order.id}-1`, amountMinor: '3949' });
    expect(bought[0]?.detail).to.deep.include({
      paid: true,
      country: 'DE',
      items: [{ productId: goods.supplierProductId, skuId: goods.skuId, count: 3 }],
    });
    expect(await reservationsOf(stage, order.id)).to.deep.equal([{ status: 'CONSUMED', amount: '3949', payer: null }]);
    expect((await stage.order(order.id)).status).to.equal('PURCHASED');
    expect((await notesOf(stage, order.id)).join('\n')).to.include(
      `placed at AliExpress as ${bought[0]?.reference} for 39.49 USD`,
    );
  });

  it('keeps both numbers of a purchase that becomes two supplier orders, and their cost together', async () => {
    const order = await orderToBuy(stage, await stage.stockUp(seller, { ordersPerCreate: 2 }), 2);
    expect(await purchase(order.id)).to.equal('PURCHASED');
    const kept = await rows<{ number: string; status: string; cost: string }>(
      stage,
      'select number, status, cost_minor::text as cost from supplier_orders where order_id = ? order by number',
      [order.id],
    );
    const bought = (await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(order.id));
    expect(kept.map(({ number }) => number)).to.have.members(bought.map(({ reference }) => reference));
    expect(kept.map(({ status }) => status)).to.deep.equal(['PAID', 'PAID']);
    expect(kept.reduce((sum, { cost }) => sum + Number(cost), 0)).to.equal(2_699);
    expect(await reservationsOf(stage, order.id)).to.deep.equal([{ status: 'CONSUMED', amount: '2699', payer: null }]);
  });

  const refusals: readonly { when: string; change: Parameters<typeof changeProduct>[1]; reason: FailureReason }[] = [
    { when: 'there is not enough of it', change: { sku: { stock: 1 } }, reason: 'OUT_OF_STOCK' },
    { when: 'its variant is gone', change: { sku: { skuId: '12000999999999999' } }, reason: 'VARIANT_GONE' },
    { when: 'it is no longer on sale', change: { product: { onSale: false } }, reason: 'PRODUCT_GONE' },
    { when: 'it does not ship there', change: { product: { shipsTo: ['US'] } }, reason: 'NOT_SHIPPABLE' },
    { when: 'it has become too dear', change: { sku: { priceMinor: '1700' } }, reason: 'PRICE_ABOVE_MAXIMUM' },
    {
      when: 'its shipping has become too dear',
      change: { product: { shippingFeeMinor: '999' } },
      reason: 'PRICE_ABOVE_MAXIMUM',
    },
  ];
  for (const { when, change, reason } of refusals)
    it(`fails with ${reason} when ${when}`, async () => {
      const goods = await stage.stockUp(seller);
      const order = await orderToBuy(stage, goods, 2);
      await changeProduct(goods, change);
      await purchase(order.id);
      expect(await stage.order(order.id)).to.include({ status: 'FAILED', reason });
      await expectNothingBought(order.id);
    });

  it('fails with PRODUCT_GONE when the shop has never heard of it', async () => {
    const goods = await stage.stockUp(seller);
    await rows(stage, 'update products set supplier_product_id = ? where id = ?', [
      '1005000000000000',
      goods.productId,
    ]);
    const order = await orderToBuy(stage, goods);
    await purchase(order.id);
    expect(await stage.order(order.id)).to.include({ status: 'FAILED', reason: 'PRODUCT_GONE' });
    await expectNothingBought(order.id);
  });

  /** The last piece is sold under its hands: AliExpress says the same when a system error may hide an order. */
  const soldUnderItsHands = async () => {
    const goods = await stage.stockUp(seller);
    const { id } = await orderToBuy(stage, goods);
    const { aliexpress } = stage.context.providers;
    const queryFreight: typeof aliexpress.queryFreight = async (...query) => {
      const offers = await aliexpress.queryFreight(...query);
      await changeProduct(goods, { sku: { stock: 0 } });
      return offers;
    };
    const providers = { aliexpress: { ...aliexpress, queryFreight } };
    expect(await performWith(stage, { providers }, 'purchase', id)).to.match(
      /^uncertain \(ALIEXPRESS_INVENTORY_HOLD_ERROR\)/,
    );
    return { id, goods };
  };

  it('sends the same order again when the last piece was sold under its hands, and buys it when there are more', async () => {
    const { id, goods } = await soldUnderItsHands();
    const { nextCheckAt } = await stage.order(id);
    expect((nextCheckAt?.getTime() ?? 0) - Date.now(), 'not every minute').to.be.greaterThan(300_000);
    await changeProduct(goods, { sku: { stock: 1 } });
    expect(await purchase(id)).to.equal('PURCHASED');
    expect((await intentsOf(stage, 'buy', id)).map(({ status, sends }) => [status, sends])).to.deep.equal([
      ['DONE', 2],
    ]);
  });

  it('asks a person when it stays sold out, and orders nothing under another key', async () => {
    const { id } = await soldUnderItsHands();
    expect(await purchase(id)).to.match(/^uncertain/);
    await performWith(stage, { now: fromNow(21 * hourMs) }, 'purchase', id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    expect((await intentsOf(stage, 'buy', id)).map(({ status }) => status)).to.deep.equal(['OPEN']);
    expect((await reservationsOf(stage, id)).map(({ status }) => status)).to.deep.equal(['HELD']);
  });

  it('does nothing with an order that it has bought already', async () => {
    const order = await orderToBuy(stage, await stage.stockUp(seller));
    await purchase(order.id);
    expect(await purchase(order.id)).to.equal('nothing to do: the order is not PURCHASING or WAITING');
    expect((await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(order.id))).to.have.length(1);
  });

  it('leaves an order that waits for fulfill to fulfill', async () => {
    const order = await stage.paidOrder(await stage.stockUp(seller));
    await performWith(stage, { config: { orderHoldMinutes: 10 } }, 'fulfill', order.id);
    expect(await purchase(order.id)).to.equal('nothing to do: fulfill carries the order on');
    expect(await stage.order(order.id)).to.include({ status: 'WAITING', waitReason: 'HOLD' });
  });

  it('leaves to purchase what waits with goods that are ordered, and to fulfill what holds nothing any more', async () => {
    const unpaid = await stage.hireSeller({ supplier: null });
    await connectAliExpress(stage, unpaid, { name: `unpaid-${unpaid.email}`, moneyHolder: 'reseller', autoPay: false });
    const own = await stage.hireSeller({ supplier: null });
    for (const { id } of [own, unpaid])
      await stage.store.transaction(em => setAvailable(em, id, money(10_000n, 'USD'), new Date()));
    const ordered = await orderToBuy(stage, await stage.stockUp(unpaid));
    await purchase(ordered.id);
    expect(await stage.order(ordered.id)).to.include({ waitReason: 'SUPPLIER_UNPAID' });
    expect(await stage.perform('fulfill', ordered.id)).to.equal('nothing to do: purchase carries the order on');
    const order = await orderToBuy(stage, await stage.stockUp(own));
    await purchase(order.id);
    expect(await stage.order(order.id)).to.include({ waitReason: 'BROWSER_AUTOMATION_DISABLED' });
    expect(await purchase(order.id)).to.equal('nothing to do: fulfill carries the order on');
  });
});
