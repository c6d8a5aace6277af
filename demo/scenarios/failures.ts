import { buyAtCheckout } from '../buyers.ts';
import { failed, type Scenario } from '../scenario.ts';

export const outOfStock: Scenario = {
  name: 'out-of-stock',
  title: 'the supplier is out of stock: FAILED, with the reason',
  orders: 1,
  async play(stage) {
    const wares = await stage.stockUp(await stage.hireReseller({ name: 'nils' }), { stock: 0 });
    return [failed(await buyAtCheckout(stage, wares), 'OUT_OF_STOCK')];
  },
};

export const priceAboveMaximum: Scenario = {
  name: 'price-above-maximum',
  title: "the supplier's price rose above the maximum: FAILED, with the reason",
  orders: 1,
  async play(stage) {
    const wares = await stage.stockUp(await stage.hireReseller({ name: 'olga' }), {
      costMinor: 1_600,
      maxBuyMinor: 1_500,
    });
    return [failed(await buyAtCheckout(stage, wares), 'PRICE_ABOVE_MAXIMUM')];
  },
};
