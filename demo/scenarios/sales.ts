import { buyAtCheckout, buyOnEbay, buyOnMercadoLibre } from '../buyers.ts';
import { effectsOf } from '../count.ts';
import { type Scenario, settled } from '../scenario.ts';
import { orderOf, untilItWaits } from '../sight.ts';

export const paypalOrder: Scenario = {
  name: 'paypal',
  title: 'a PayPal order',
  orders: 1,
  async play(stage) {
    const reseller = await stage.hireReseller({ name: 'ana' });
    return [settled(await buyAtCheckout(stage, await stage.stockUp(reseller)))];
  },
};

export const ebayOrder: Scenario = {
  name: 'ebay',
  title: 'an eBay order, whose buyer sees the parcel on eBay',
  orders: 1,
  async play(stage) {
    const seller = await stage.hireReseller({ name: 'ben' });
    const wares = await stage.stockUp(seller, { listedOn: 'ebay' });
    const externalOrderId = await buyOnEbay(stage, seller, [{ wares, totalMinor: 3_499 }]);
    const order = { externalOrderId, line: 0 };
    const isBought = async () => (await orderOf(stage.store, order))?.settled === true;
    await stage.until('the order is bought and paid out', isBought);
    const seen = await orderOf(stage.store, order);
    const tracking = [{ trackingNumber: 'LP00601234567890', carrier: 'Cainiao' }];
    for (const number of seen?.supplierOrders ?? [])
      await stage.sandbox('POST', '/supplier', { number, status: 'WAIT_BUYER_ACCEPT_GOODS', tracking });
    const isTold = async () =>
      (await effectsOf(stage.sandbox)).some(({ kind, key }) => kind === 'ship-notice' && key === externalOrderId);
    await stage.until('eBay knows the parcel', isTold);
    return [settled(order, { status: 'SHIPPED' })];
  },
};

export const ebayTwoLines: Scenario = {
  name: 'ebay-two-lines',
  title: 'an eBay order of two lines',
  orders: 2,
  async play(stage) {
    const seller = await stage.hireReseller({ name: 'chi' });
    const lamp = await stage.stockUp(seller, { listedOn: 'ebay' });
    const clock = await stage.stockUp(seller, { listedOn: 'ebay', costMinor: 880 });
    const externalOrderId = await buyOnEbay(stage, seller, [
      { wares: lamp, totalMinor: 3_299 },
      { wares: clock, totalMinor: 2_450 },
    ]);
    return [settled({ externalOrderId, line: 0 }), settled({ externalOrderId, line: 1 })];
  },
};

export const mercadoLibreInPesos: Scenario = {
  name: 'mercadolibre-clp',
  title: 'MercadoLibre in CLP: placed unpaid, then paid by hand',
  orders: 1,
  async play(stage) {
    await stage.admin('POST', '/api/admin/fx-rates', { base: 'USD', quote: 'CLP', rate: '941.35', source: 'demo' });
    const seller = await stage.hireReseller({ name: 'dario' });
    const wares = await stage.stockUp(seller, { listedOn: 'mercadolibre', currency: 'CLP', priceMinor: 34_990 });
    const item = { wares, unitPriceMinor: 34_990, saleFeeMinor: 4_864 };
    const externalOrderId = await buyOnMercadoLibre(stage, seller, item);
    const order = { externalOrderId, line: 0 };
    // AliExpress takes the payment by itself in some countries only: here a person pays on its site.
    const { supplierOrders } = await untilItWaits(stage, order, 'SUPPLIER_UNPAID');
    for (const number of supplierOrders) await stage.sandbox('POST', '/pay', { number });
    return [settled(order)];
  },
};

export const resellersProceeds: Scenario = {
  name: 'reseller-proceeds',
  title: "proceeds with the reseller: the commission is set off against the next sale's leg",
  orders: 2,
  async play(stage) {
    const seller = await stage.hireReseller({ name: 'eva', proceeds: 'reseller', supplier: 'reseller' });
    const limit = { amount: '500.00', currency: 'USD' };
    await stage.admin('PUT', '/api/admin/funding-limits', { userId: seller.id, limit });
    const wares = await stage.stockUp(seller, { listedOn: 'ebay' });
    const externalOrderId = await buyOnEbay(stage, seller, [{ wares, totalMinor: 3_999 }]);
    const first = { externalOrderId, line: 0 };
    await stage.until('the first sale is booked', async () => (await orderOf(stage.store, first))?.settled === true);
    const second = await buyAtCheckout(stage, wares);
    return [settled(first, { payouts: 0 }), settled(second)];
  },
};

export const twoSupplierOrders: Scenario = {
  name: 'two-supplier-orders',
  title: 'one purchase that becomes two supplier orders',
  orders: 1,
  async play(stage) {
    const reseller = await stage.hireReseller({ name: 'fay' });
    const wares = await stage.stockUp(reseller, { ordersPerCreate: 2, priceMinor: 5_999 });
    return [settled(await buyAtCheckout(stage, wares, 2), { supplierOrders: 2 })];
  },
};

export const threePieces: Scenario = {
  name: 'quantity-3',
  title: 'three pieces in one order',
  orders: 1,
  async play(stage) {
    const seller = await stage.hireReseller({ name: 'gus' });
    const wares = await stage.stockUp(seller, { listedOn: 'ebay' });
    const externalOrderId = await buyOnEbay(stage, seller, [{ wares, quantity: 3, totalMinor: 8_997 }]);
    return [settled({ externalOrderId, line: 0 })];
  },
};
