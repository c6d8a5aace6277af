import { buyAtCheckout, buyOnEbay, fillCart, pay } from '../buyers.ts';
import { until } from '../http.ts';
import { type Scenario, settled } from '../scenario.ts';
import { orderOf } from '../sight.ts';
import { mapListing } from '../stage.ts';

export const expiredToken: Scenario = {
  name: 'expired-token',
  title: 'an AliExpress token that has expired: refreshed, and the purchase goes on',
  orders: 1,
  async play(stage) {
    const reseller = await stage.hireReseller({ name: 'hana', expiredToken: true });
    return [settled(await buyAtCheckout(stage, await stage.stockUp(reseller)))];
  },
};

export const webhookFiveTimes: Scenario = {
  name: 'webhook-five-times',
  title: 'the same webhook five times: one order',
  orders: 1,
  async play(stage) {
    const seller = await stage.hireReseller({ name: 'ines' });
    const wares = await stage.stockUp(seller, { listedOn: 'ebay' });
    const externalOrderId = await buyOnEbay(stage, seller, [{ wares, totalMinor: 3_199 }], 5);
    return [settled({ externalOrderId, line: 0 })];
  },
};

/** The provider does what was asked, and its answer is lost. */
const dropReply = (provider: string, operation: string, match: string) => ({
  provider,
  operation,
  match,
  kind: 'drop-reply',
  times: 1,
});

export const lostSupplierReply: Scenario = {
  name: 'lost-supplier-reply',
  title: 'a lost reply to the supplier order: found, bought once',
  orders: 1,
  async play(stage) {
    const wares = await stage.stockUp(await stage.hireReseller({ name: 'jon' }));
    const cart = await fillCart(stage, wares);
    await stage.sandbox('POST', '/faults', dropReply('aliexpress', 'order-create', cart.orderId));
    await pay(stage, cart);
    return [settled({ id: cart.orderId })];
  },
};

export const lostPayoutReply: Scenario = {
  name: 'lost-payout-reply',
  title: 'a lost reply to a payout: found, paid once',
  orders: 1,
  async play(stage) {
    const wares = await stage.stockUp(await stage.hireReseller({ name: 'kim' }));
    const cart = await fillCart(stage, wares);
    await stage.sandbox('POST', '/faults', dropReply('paypal', 'create-payout', cart.orderId));
    await pay(stage, cart);
    return [settled({ id: cart.orderId })];
  },
};

export const notEnoughCapital: Scenario = {
  name: 'not-enough-capital',
  title: 'not enough capital: waits, goes on by itself when the balance arrives',
  orders: 1,
  alone: true,
  async play(stage) {
    const reseller = await stage.hireReseller({ name: 'lea' });
    const before = await platformBalance(stage);
    const costMinor = before + 500_00;
    const priceMinor = Math.ceil(costMinor * 1.4);
    const wares = await stage.stockUp(reseller, { costMinor, priceMinor, maxBuyMinor: costMinor + 1_000 });
    const order = await buyAtCheckout(stage, wares);
    await until('the order waits for funds', 30_000, async () => {
      const seen = await orderOf(stage.store, order);
      return seen?.waitReason === 'FAILED_INSUFFICIENT_FUNDS';
    });
    // Enough for the purchase, its payouts, and all that was spent before and may not be in the report yet.
    const amountMinor = `${before + 4 * costMinor}`;
    await stage.sandbox('POST', '/balance', { provider: 'paypal', currency: 'USD', amountMinor });
    return [settled(order)];
  },
};

async function platformBalance({ sandbox }: Parameters<Scenario['play']>[0]): Promise<number> {
  const { paypal } = (await sandbox('GET', '/balance')) as { paypal: { real: Record<string, string> } };
  return Number(paypal.real.USD ?? 0);
}

export const unmappedListing: Scenario = {
  name: 'unmapped-listing',
  title: 'a listing that nobody mapped: waits, goes on when it is mapped',
  orders: 1,
  async play(stage) {
    const seller = await stage.hireReseller({ name: 'mia' });
    const wares = await stage.stockUp(seller);
    const externalOrderId = await buyOnEbay(stage, seller, [{ wares, totalMinor: 3_299 }]);
    const order = { externalOrderId, line: 0 };
    await until('the order waits for its listing', 30_000, async () => {
      const seen = await orderOf(stage.store, order);
      return seen?.waitReason === 'LISTING_NOT_MAPPED';
    });
    await mapListing(seller, wares, 'ebay');
    return [settled(order)];
  },
};
