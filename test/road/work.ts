import { expect } from 'chai';
import { buyAtCheckout, buyOnEbay, buyOnMercadoLibre } from '../../demo/buyers.ts';
import { summarize } from '../../demo/count.ts';
import { type Ending, settled } from '../../demo/scenario.ts';
import { orderOf } from '../../demo/sight.ts';
import type { Theatre } from '../demo/theatre.ts';
import { timelineLines } from '../support/timeline-lines.ts';
import { until } from '../support/until.ts';

/** Orders of all channels; the last one waits for somebody to pay it. Some answers of the outside world are lost or late. */
export async function makeWork({ stage }: Theatre): Promise<Ending[]> {
  const amountMinor = '500000';
  await stage.sandbox('POST', '/balance', { provider: 'paypal', currency: 'USD', amountMinor });
  await stage.admin('POST', '/api/admin/fx-rates', { base: 'USD', quote: 'CLP', rate: '941.35', source: 'test' });
  const seller = await stage.hireReseller({ name: 'ada' });
  const lamp = await stage.stockUp(seller, { listedOn: 'ebay' });
  const chair = await stage.stockUp(seller, { listedOn: 'mercadolibre', currency: 'CLP', priceMinor: 34_990 });

  const trouble = [
    { provider: 'aliexpress', operation: 'order-create', kind: 'slow', delayMs: 3_000, times: 2 },
    { provider: 'aliexpress', operation: 'order-create', kind: 'drop-reply', times: 1 },
    { provider: 'paypal', operation: 'create-payout', kind: 'drop-reply', times: 2 },
    { provider: 'paypal', operation: 'capture', kind: 'drop-reply', times: 1 },
  ];
  for (const fault of trouble) await stage.sandbox('POST', '/faults', fault);

  const endings: Ending[] = [];
  for (let order = 0; order < 5; order += 1) endings.push(settled(await buyAtCheckout(stage, lamp)));
  const line = { wares: lamp, totalMinor: 3_299 };
  const externalOrderId = await buyOnEbay(stage, seller, [line, line], 2);
  endings.push(settled({ externalOrderId, line: 0 }), settled({ externalOrderId, line: 1 }));
  const item = { wares: chair, unitPriceMinor: 34_990, saleFeeMinor: 4_864 };
  endings.push(settled({ externalOrderId: await buyOnMercadoLibre(stage, seller, item), line: 0 }));
  return endings;
}

/** All sales have been imported, something was bought, and something is being bought right now. */
export async function inTheMiddle({ stage, store }: Theatre): Promise<void> {
  await until(
    async () => {
      const [row] = await store.read(em =>
        em.execute<{ done: number; open: number; heard: boolean }[]>(
          `select count(*) filter (where status = 'DONE')::int as done,
                  count(*) filter (where status = 'OPEN' and last_sent_at is not null)::int as open,
                  exists (select from orders where channel = 'mercadolibre') as heard
           from effects where purpose = 'buy'`,
        ),
      );
      return row?.heard === true && row.done > 0 && row.open > 0;
    },
    { deadlineMs: 30_000, everyMs: 20, describe: async () => JSON.stringify(await stage.sandbox('GET', '/effects')) },
  );
}

/** The order, with what it did lately and what it has asked of the outside world. */
async function whatBecameOf(store: Theatre['store'], ending: Ending) {
  const order = await orderOf(store, ending.order);
  const rows = (sql: string) => store.read(em => em.execute(sql, [order?.id]));
  return {
    order,
    waits: await rows('select next_check_at, wake, clock_now() as now from orders where id = ?'),
    events: order && (await timelineLines({ store }, { orderId: order.id })).slice(-12),
    effects: await rows('select purpose, status, sends, last_sent_at, last_code from effects where subject = ?'),
  };
}

export async function payByHand({ stage, store }: Theatre, ending: Ending | undefined): Promise<void> {
  if (!ending) throw new Error('there is nothing to pay');
  const seen = await until(
    async () => {
      const order = await orderOf(store, ending.order);
      return order?.waitReason === 'SUPPLIER_UNPAID' ? order : undefined;
    },
    { deadlineMs: 45_000, describe: async () => JSON.stringify(await whatBecameOf(store, ending)) },
  );
  for (const number of seen.supplierOrders) await stage.sandbox('POST', '/pay', { number });
}

/** Every order is settled, and the outside world did everything once. */
export async function expectOnce({ store, stage }: Theatre, endings: readonly Ending[]): Promise<void> {
  expect(await summarize(store, stage.sandbox)).to.include({
    orders: endings.length,
    settled: endings.length,
    supplierOrders: endings.length,
    payouts: 2 * endings.length,
    duplicates: 0,
    ledgerBalanced: true,
  });
}
