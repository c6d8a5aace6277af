import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import { addRate } from '../../../store/money/fx.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { parcelsOf } from '../../../store/orders/parcels.ts';
import { supplierOrdersOf } from '../../../store/orders/supplier-orders.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { hourMs, importFrom, notesOf, performWith, placeOnEbay, placeOnMercadoLibre, rows } from '../workbench.ts';

type Parcel = { trackingNumber: string; carrier?: string; count?: number };

describe('track-shipment', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    const rate = { base: 'USD', quote: 'CLP', rate: '941.35', source: 'test', asOf: new Date() } as const;
    await stage.store.transaction(em => addRate(em, rate));
  });
  after(() => stage[Symbol.asyncDispose]());

  const bought = async (id: string): Promise<string> => {
    await stage.drain();
    for (let round = 0; round < 6 && (await stage.order(id)).saleBookedAt == null; round += 1) {
      for (const { number, status } of await numbersOf(id))
        if (status === 'PLACED_UNPAID') await stage.control('pay', { number });
      await stage.sweepAndDrain();
    }
    expect((await stage.order(id)).status).to.equal('PURCHASED');
    return id;
  };
  const onPayPal = async (options: { quantity?: number; ordersPerCreate?: 1 | 2 } = {}) => {
    const { quantity = 1, ordersPerCreate = 1 } = options;
    const goods = await stage.stockUp(seller, { ordersPerCreate });
    return bought((await stage.paidOrder(goods, quantity)).id);
  };
  const onEbay = async (quantity = 1) => {
    const lamp = await stage.stockUp(seller, { listedOn: 'ebay' });
    const lines = [{ goods: lamp, quantity, totalMinor: 3_299 * quantity }];
    const [order] = await importFrom(stage, seller, 'ebay', await placeOnEbay(stage, seller, { lines }));
    return bought(order?.id ?? '');
  };
  const onMercadoLibre = async () => {
    const lamp = await stage.stockUp(seller, { listedOn: 'mercadolibre', price: money(34_990n, 'CLP') });
    const sale = { goods: lamp, unitPriceMinor: 34_990, saleFeeMinor: 4_864, logisticMode: 'custom' };
    const [order] = await importFrom(stage, seller, 'mercadolibre', await placeOnMercadoLibre(stage, seller, sale));
    return bought(order?.id ?? '');
  };

  const numbersOf = (id: string) => stage.store.read(em => supplierOrdersOf(em, id as OrderId));
  const parcels = (id: string) => stage.store.read(em => parcelsOf(em, id as OrderId));
  const track = (id: string) => stage.perform('track-shipment', id);
  const sent = async (id: string, tracking: readonly Parcel[], which = 0) => {
    const number = (await numbersOf(id))[which]?.number;
    const status = 'WAIT_BUYER_ACCEPT_GOODS';
    await stage.control('supplier', { number, status, logisticsStatus: 'SELLER_SEND_GOODS', tracking });
  };
  const arrived = async (id: string) => {
    for (const { number } of await numbersOf(id))
      await stage.control('supplier', { number, status: 'FINISH', logisticsStatus: 'BUYER_ACCEPT_GOODS' });
  };
  const toldOf = async (id: string): Promise<string[]> => {
    const { externalOrderId } = await stage.order(id);
    const notices = (await stage.effects('ship-notice')).filter(({ key }) => key === externalOrderId);
    return notices.map(({ reference, detail }) => [reference, detail.carrier].filter(Boolean).join(' '));
  };
  const fault = (provider: string, operation: string, kind: string, change: object = {}) =>
    stage.control('faults', { provider, operation, kind, times: 1, ...change });
  const lost = { paypal: 'track', ebay: 'shipping-fulfillment', mercadolibre: 'seller-notification' } as const;
  const sales = { paypal: onPayPal, ebay: onEbay, mercadolibre: onMercadoLibre };
  const channels = ['paypal', 'ebay', 'mercadolibre'] as const;

  it('tells PayPal of the parcel of the payment that came, and not of one that was declined before it', async () => {
    const { id } = await stage.checkout(await stage.stockUp(seller));
    const { paypal } = stage.context.providers;
    const getOrder = async (...ask: Parameters<typeof paypal.getOrder>) => {
      const shown = await paypal.getOrder(...ask);
      const declined = shown?.captures.map(capture => ({ ...capture, id: 'DECLINED1', status: 'DECLINED' }));
      return shown && { ...shown, captures: declined ?? [] };
    };
    await performWith(stage, { providers: { paypal: { ...paypal, getOrder } } }, 'capture-payment', id);
    await stage.perform('capture-payment', id);
    const paid = await stage.store.read(em => paymentsOf(em, id));
    expect(paid.map(({ status }) => status)).to.deep.equal(['DECLINED', 'COMPLETED']);
    await bought(id);
    await sent(id, [{ trackingNumber: 'LP9' }]);
    await track(id);
    expect((await parcels(id))[0]).to.include({ refusedFor: null });
    expect(await toldOf(id)).to.deep.equal(['LP9 CAINIAO']);
  });

  for (const channel of channels) {
    it(`tells ${channel} of the parcel once, and follows it until it has arrived`, async () => {
      const id = await sales[channel]();
      expect(await track(id)).to.equal('still PAID');
      await sent(id, [{ trackingNumber: 'LP 00-123', carrier: 'Cainiao' }]);
      expect(await track(id)).to.equal('SHIPPED');
      const name = { paypal: 'LP 00-123 CAINIAO', ebay: 'LP00123 Other', mercadolibre: 'LP 00-123' }[channel];
      expect(await toldOf(id)).to.deep.equal([name]);
      await track(id);
      await arrived(id);
      expect(await track(id)).to.equal('DELIVERED');
      expect(await toldOf(id)).to.have.length(1);
      expect((await parcels(id))[0]).to.include({ trackingNumber: 'LP 00-123', refusedFor: null });
    });

    it(`finds at ${channel} what it was told when the answer is lost`, async () => {
      const id = await sales[channel]();
      await sent(id, [{ trackingNumber: 'LP7' }]);
      await fault(channel, lost[channel], 'drop-reply');
      await track(id);
      expect((await parcels(id))[0]?.toldAt).to.equal(null);
      await track(id);
      expect((await parcels(id))[0]?.toldAt).not.to.equal(null);
      expect(await toldOf(id), 'told once').to.have.length(1);
    });

    it(`tells ${channel} of a number that has changed on the way, and no more of the old one`, async () => {
      const id = await sales[channel]();
      await sent(id, [{ trackingNumber: 'OLD1' }]);
      await track(id);
      await sent(id, [{ trackingNumber: 'NEW1', carrier: 'USPS' }]);
      await track(id);
      expect((await toldOf(id)).map(text => text.split(' ')[0])).to.deep.equal(['OLD1', 'NEW1']);
      const known = await parcels(id);
      expect(known.map(({ trackingNumber, goneAt }) => [trackingNumber, goneAt != null])).to.deep.equal([
        ['OLD1', true],
        ['NEW1', false],
      ]);
    });
  }

  it('tells nobody of a number that has changed before it could be told', async () => {
    const id = await onEbay();
    await sent(id, [{ trackingNumber: 'OLD2' }]);
    await fault('ebay', 'shipping-fulfillment', 'status', { status: 503 });
    await track(id);
    await sent(id, [{ trackingNumber: 'NEW2' }]);
    await track(id);
    expect(await toldOf(id)).to.deep.equal(['NEW2 Other']);
  });

  it('keeps its parcels when the supplier says nothing of them for once', async () => {
    const id = await onEbay();
    await sent(id, [{ trackingNumber: 'LP8' }]);
    await track(id);
    await sent(id, []);
    await track(id);
    expect((await parcels(id)).map(({ goneAt }) => goneAt)).to.deep.equal([null]);
  });

  it('tells of each of several parcels, with what is in it', async () => {
    const id = await onEbay(3);
    await sent(id, [
      { trackingNumber: 'A1', carrier: 'USPS', count: 1 },
      { trackingNumber: 'B2', carrier: 'China Post Registered', count: 2 },
    ]);
    await track(id);
    expect(await toldOf(id)).to.deep.equal(['A1 USPS', 'B2 ChinaPost']);
    expect((await parcels(id)).map(({ quantity }) => quantity)).to.deep.equal([1, 2]);
  });

  it('tells of the first of two supplier orders, and says SHIPPED when both are', async () => {
    const id = await onPayPal({ quantity: 2, ordersPerCreate: 2 });
    await sent(id, [{ trackingNumber: 'FIRST1' }], 0);
    expect(await track(id)).to.equal('still SHIPPED, PAID');
    expect(await toldOf(id)).to.deep.equal(['FIRST1 CAINIAO']);
    await sent(id, [{ trackingNumber: 'SECOND2' }], 1);
    expect(await track(id)).to.equal('SHIPPED');
    expect(await toldOf(id)).to.deep.equal(['FIRST1 CAINIAO', 'SECOND2 CAINIAO']);
  });

  it('goes on when the channel refuses, and asks a person to enter the parcel by hand', async () => {
    const id = await onEbay();
    await sent(id, [{ trackingNumber: '---' }]);
    expect(await track(id)).to.equal('SHIPPED');
    expect((await parcels(id))[0]).to.include({ refusedFor: 'EBAY_TRACKING_NUMBER', toldAt: null });
    expect((await notesOf(stage, id)).join('\n')).to.match(/was not told of parcel ---.*Enter it there by hand/);
    await arrived(id);
    expect(await track(id)).to.equal('DELIVERED');
  });

  it('goes on while the channel does not answer, and is not over before it was told', async () => {
    const id = await onEbay();
    await sent(id, [{ trackingNumber: 'LP9' }]);
    await fault('ebay', 'shipping-fulfillment', 'status', { status: 503, times: 3 });
    expect(await track(id)).to.equal('SHIPPED');
    await arrived(id);
    expect(await track(id)).to.equal('ebay is told again of 1 parcels');
    expect(await track(id)).to.match(/told again/);
    expect(await track(id)).to.equal('DELIVERED');
    expect(await toldOf(id)).to.deep.equal(['LP9 Other']);
    const said = (await notesOf(stage, id)).filter(text => text.includes('does not know of parcel'));
    expect(said, 'said once').to.have.length(1);
  });

  it('gives up a channel that could not be told for two weeks', async () => {
    const id = await onEbay();
    await sent(id, [{ trackingNumber: 'LATE1' }]);
    await fault('ebay', 'shipping-fulfillment', 'status', { status: 503, times: 2 });
    await track(id);
    await rows(stage, `update parcels set first_seen_at = now() - interval '15 days' where order_id = ?`, [id]);
    await arrived(id);
    expect(await track(id)).to.equal('DELIVERED');
    expect((await parcels(id))[0]?.refusedFor).to.match(/^EBAY_/);
  });

  it('tells of a parcel although the order is frozen: a buyer who disputes is shown where it is', async () => {
    const id = await onPayPal();
    await rows(stage, `update orders set frozen_for = 'DISPUTE' where id = ?`, [id]);
    await sent(id, [{ trackingNumber: 'LP11' }]);
    await track(id);
    expect(await toldOf(id)).to.have.length(1);
  });

  it('goes on looking when the supplier’s account must be connected again, and buys nothing twice', async () => {
    const other = await stage.hireSeller();
    const { id } = await stage.paidOrder(await stage.stockUp(other));
    await bought(id);
    await rows(stage, `update api_credentials set status = 'RECONNECT_NEEDED' where id = ?`, [other.aliexpress]);
    expect(await track(id)).to.match(/^nothing is known of the parcels/);
    const { status, nextCheckAt } = await stage.order(id);
    expect(status).to.equal('PURCHASED');
    expect(nextCheckAt?.getTime()).to.be.closeTo(Date.now() + stage.config.trackingPollMs, hourMs / 2);
  });
});
