/** Covers: transactions/free-purchase.ts, workers/step/purchase-deadline.ts. */
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { jobForOrder } from '../../../queues/next-job.ts';
import { addRate } from '../../../store/money/fx.ts';
import { decideOrder } from '../../../transactions/decisions/decide-order.ts';
import type { OrderDecision } from '../../../transactions/decisions/decision-schemas.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { goOn } from '../go-on.ts';
import {
  connectAliExpress,
  dayMs,
  fromNow,
  importFrom,
  orderToBuy,
  performWith,
  placeOnEbay,
  placeOnMercadoLibre,
  reservationsOf,
  rows,
} from '../workbench.ts';

const sixtyDays = 60 * 86_400;

describe('an order that waits', () => {
  let stage: Stage;
  let seller: Seller;
  let name: string;
  beforeEach(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    name = `platform-${seller.email.split('@')[0]}`;
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const held = async (id: string) => (await reservationsOf(stage, id)).map(({ status }) => status);
  const fault = (kind: string, operation = 'order-create', change: object = {}) =>
    stage.control('faults', { provider: 'aliexpress', operation, kind, times: 1, ...change });
  /** The supplier account's owner takes our consent back. */
  const disconnect = async () => {
    await stage.control('accounts', { provider: 'aliexpress', name });
    await rows(stage, `update api_credentials set status = 'RECONNECT_NEEDED' where id = ?`, [seller.aliexpress]);
  };
  /** An order that was let through, and waits for its owner to connect the supplier account again. */
  const waitsForReconnect = async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    await disconnect();
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'RECONNECT_NEEDED' });
    return id;
  };
  const decide = (id: string, decision: OrderDecision) =>
    stage.store.transaction(em =>
      decideOrder(em, () => undefined, id as OrderId, { decision, by: seller.id, why: 'agreed with the buyer' }),
    );

  it('for a reconnect starves nobody: what it held is free, also of the day’s limits', async () => {
    await stage.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '2000' });
    const id = await waitsForReconnect();
    expect(await held(id)).to.deep.equal(['RELEASED']);
    const other = await stage.hireSeller();
    expect((await orderToBuy(stage, await stage.stockUp(other))).status).to.equal('PURCHASING');
    await connectAliExpress(stage, seller, { name, autoPay: true });
    await stage.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '1000000' });
    await stage.passTime(600);
    const config = { maxDailyOrders: 1 };
    expect(await goOn(stage, id, { config })).to.equal('PURCHASED');
  });

  it('is let through anew when it goes on: at the rate, the price and the maximum of then', async () => {
    const clp = (rate: string) =>
      stage.store.transaction(em => addRate(em, { base: 'USD', quote: 'CLP', rate, source: 'test', asOf: new Date() }));
    await clp('941.35');
    const goods = await stage.stockUp(seller, { listedOn: 'mercadolibre' });
    const number = await placeOnMercadoLibre(stage, seller, { goods, unitPriceMinor: 34_990, saleFeeMinor: 4_864 });
    const [{ id } = { id: '' }] = await importFrom(stage, seller, 'mercadolibre', number);
    await stage.perform('fulfill', id);
    await disconnect();
    await stage.perform('purchase', id);
    await clp('990.00');
    await rows(stage, 'update products set max_buy_minor = 1500 where id = ?', [goods.productId]);
    await connectAliExpress(stage, seller, { name, autoPay: true });
    await goOn(stage, id);
    expect(await stage.effects('supplier-order')).to.have.length(1);
    expect(await stage.order(id)).to.include({ fxRate: '990.00', maxCostMinor: 1_500n });
  });

  it('for money that is not there does not pass those before it', async () => {
    const id = await waitsForReconnect();
    await connectAliExpress(stage, seller, { name });
    await stage.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '500' });
    await rows(stage, 'update funding_accounts set available_minor = 500', []);
    await goOn(stage, id);
    expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'FAILED_INSUFFICIENT_FUNDS' });
  });

  it('keeps what it holds while goods may be ordered', async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    await fault('drop-reply');
    await stage.perform('purchase', id);
    await disconnect();
    await stage.perform('purchase', id);
    const order = await stage.order(id);
    expect(order).to.include({ status: 'WAITING', waitReason: 'RECONNECT_NEEDED' });
    expect(jobForOrder(order)?.queue).to.equal('purchase');
    expect(await held(id)).to.deep.equal(['HELD']);
  });

  it('keeps what it holds while goods are ordered and nobody has paid', async () => {
    await connectAliExpress(stage, seller, { name, autoPay: false });
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'SUPPLIER_UNPAID' });
    await disconnect();
    await stage.perform('purchase', id);
    const order = await stage.order(id);
    expect(order).to.include({ status: 'WAITING', waitReason: 'RECONNECT_NEEDED' });
    expect(jobForOrder(order)?.queue).to.equal('purchase');
    expect(await held(id)).to.deep.equal(['HELD']);
  });

  it('for sixty days is a person’s, who may still have it bought', async () => {
    const id = await waitsForReconnect();
    await stage.passTime(sixtyDays);
    await stage.sweepAndDrain('due');
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'TOO_LATE_TO_BUY' });
    await decide(id, { decision: 'buy-again' });
    expect(await stage.perform('fulfill', id)).to.match(/^PURCHASING/);
  });

  it('for sixty days may be given up', async () => {
    const id = await waitsForReconnect();
    await stage.passTime(sixtyDays);
    await stage.sweepAndDrain('due');
    await decide(id, { decision: 'fail' });
    expect(await stage.order(id)).to.include({ status: 'FAILED', reason: 'DECIDED_BY_PERSON' });
  });

  it('and may have been bought is a person’s after sixty days, with the evidence', async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    await fault('drop-reply');
    await stage.perform('purchase', id);
    await disconnect();
    await stage.perform('purchase', id);
    await stage.passTime(sixtyDays);
    await stage.sweepAndDrain('due');
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    expect(await held(id)).to.deep.equal(['HELD']);
  });

  const shipBy = fromNow(2 * dayMs);
  const onEbay = async () => {
    const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
    const number = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 3_299 }], shipBy });
    return importFrom(stage, seller, 'ebay', number);
  };
  const onMercadoLibre = async () => {
    await stage.store.transaction(em =>
      addRate(em, { base: 'USD', quote: 'CLP', rate: '941.35', source: 'test', asOf: new Date() }),
    );
    const goods = await stage.stockUp(seller, { listedOn: 'mercadolibre' });
    const sale = { goods, unitPriceMinor: 34_990, saleFeeMinor: 4_864, shipBy: shipBy.toISOString() };
    return importFrom(stage, seller, 'mercadolibre', await placeOnMercadoLibre(stage, seller, sale));
  };
  for (const [channel, sell] of [
    ['eBay', onEbay],
    ['MercadoLibre', onMercadoLibre],
  ] as const) {
    it(`is a person’s once ${channel} wants it sent`, async () => {
      const [{ id } = { id: '' }] = await sell();
      expect((await stage.order(id)).shipBy).to.deep.equal(shipBy);
      await performWith(stage, { now: fromNow(2.1 * dayMs) }, 'fulfill', id);
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'TOO_LATE_TO_BUY' });
    });

    it(`is not bought after ${channel} wants it sent, though it was let through before`, async () => {
      const [{ id } = { id: '' }] = await sell();
      await stage.perform('fulfill', id);
      await performWith(stage, { now: fromNow(2.1 * dayMs) }, 'purchase', id);
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'TOO_LATE_TO_BUY' });
      expect(await held(id)).to.deep.equal(['RELEASED']);
      expect(await stage.effects('supplier-order')).to.deep.equal([]);
    });
  }

  it('is let through anew when the rate of its maximum has grown too old', async () => {
    const [{ id } = { id: '' }] = await onMercadoLibre();
    await stage.perform('fulfill', id);
    await rows(stage, `update orders set fx_as_of = fx_as_of - interval '40 hours' where id = ?`, [id]);
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'FX_RATE_MISSING' });
    expect(await held(id)).to.deep.equal(['RELEASED']);
    await goOn(stage, id);
    expect(await stage.effects('supplier-order')).to.have.length(1);
  });
});
