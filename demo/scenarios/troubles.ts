import { buyAtCheckout, buyOnEbay, fillCart, pay } from '../buyers.ts';
import { type Scenario, settled } from '../scenario.ts';
import { untilItWaits } from '../sight.ts';
import { mapListing, type Stage } from '../stage.ts';

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

/** Lets the provider carry out the next call about `match`, and lose its answer. */
const dropReply = (stage: Stage, provider: string, operation: string, match: string) =>
  stage.sandbox('POST', '/faults', { provider, operation, match, kind: 'drop-reply', times: 1 });

export const lostSupplierReply: Scenario = {
  name: 'lost-supplier-reply',
  title: 'a lost reply to the supplier order: found, bought once',
  orders: 1,
  async play(stage) {
    const wares = await stage.stockUp(await stage.hireReseller({ name: 'jon' }));
    const cart = await fillCart(stage, wares);
    await dropReply(stage, 'aliexpress', 'order-create', wares.supplierProductId);
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
    await dropReply(stage, 'paypal', 'create-payout', cart.orderId);
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
    // More than PayPal has ever reported: too much, whatever balance we know by now, and even if we know none.
    const costMinor = (await platformBalance(stage)) + 500_00;
    const priceMinor = Math.ceil(costMinor * 1.4);
    const wares = await stage.stockUp(reseller, { costMinor, priceMinor, maxBuyMinor: costMinor + 1_000 });
    const order = await buyAtCheckout(stage, wares);
    await untilItWaits(stage, order, 'FAILED_INSUFFICIENT_FUNDS');
    // Enough for the purchase and for the payouts of its sale.
    const amountMinor = `${(await platformBalance(stage)) + priceMinor + 200_00}`;
    await stage.sandbox('POST', '/balance', { provider: 'paypal', currency: 'USD', amountMinor });
    return [settled(order)];
  },
};

/** The balance that PayPal last reported, from which our own count starts. */
async function platformBalance({ sandbox }: Stage): Promise<number> {
  const { paypal } = (await sandbox('GET', '/balance')) as {
    paypal: { reported: { balances: Record<string, string> } };
  };
  return Number(paypal.reported.balances.USD ?? 0);
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
    await untilItWaits(stage, order, 'LISTING_NOT_MAPPED');
    await mapListing(seller, wares, 'ebay');
    return [settled(order)];
  },
};
