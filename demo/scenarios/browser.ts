import { randomUUID } from 'node:crypto';
import { berlin } from '../addresses.ts';
import { fillCart, pay } from '../buyers.ts';
import { effectsOf } from '../count.ts';
import { type Scenario, settled } from '../scenario.ts';
import type { Stage } from '../stage.ts';

/** The mark in the address names the order in the supplier's books: the website takes no key of ours. */
async function cartOf(stage: Stage, name: string) {
  const shopper = await stage.hireShopper(name);
  const mark = randomUUID();
  const cart = await fillCart(stage, await stage.stockUp(shopper), 1, { ...berlin, line2: mark });
  return { shopper, mark, cart };
}

export const boughtInBrowser: Scenario = {
  name: 'browser',
  title: 'no API connection: bought on the website by the browser',
  orders: 1,
  inBrowser: true,
  async play(stage) {
    const { cart } = await cartOf(stage, 'noa');
    await pay(stage, cart);
    return [settled({ id: cart.orderId })];
  },
};

export const crashAfterClick: Scenario = {
  name: 'browser-crash',
  title: 'the worker dies right after the browser’s click: found in the list of orders, bought once',
  orders: 1,
  inBrowser: true,
  alone: true,
  async play(stage) {
    const { shopper, mark, cart } = await cartOf(stage, 'ole');
    const slow = { kind: 'slow', delayMs: 20_000, times: 1, match: shopper.shopEmail };
    await stage.sandbox('POST', '/faults', { provider: 'shop', operation: 'place', ...slow });
    await pay(stage, cart);
    await stage.until('the supplier has the order', async () =>
      (await effectsOf(stage.sandbox)).some(({ kind, key }) => kind === 'supplier-order' && key === mark),
    );
    await stage.system.processes.find(({ name }) => name === 'workers')?.kill('SIGKILL');
    return [settled({ id: cart.orderId })];
  },
};
