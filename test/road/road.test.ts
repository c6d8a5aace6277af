/** Covers: workers/processors.ts, workers/host/host.ts. */
import { expect } from 'chai';
import { addRate } from '../../store/money/fx.ts';
import { ledgerTotals } from '../../store/money/ledger.ts';
import { backendNames, describeOn, redisUrlOn } from '../support/backends.ts';
import { createStage, type SandboxEffect, type Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { hintOf, ordersAt, placeOnEbay, placeOnMercadoLibre, rows } from '../workers/workbench.ts';
import { openWorks, type Works } from './works.ts';

const timesOf = (effects: readonly SandboxEffect[]): Record<string, number> => {
  const times: Record<string, number> = {};
  for (const { key } of effects) times[key] = (times[key] ?? 0) + 1;
  return times;
};

for (const backend of backendNames)
  describeOn(backend, `the whole road through BullMQ on ${backend}`, function () {
    this.timeout(60_000);
    let stage: Stage;
    let works: Works;
    before(async () => {
      const redisUrl = redisUrlOn(backend);
      stage = await createStage();
      works = await openWorks(stage, redisUrl);
    });
    after(async () => {
      await works?.[Symbol.asyncDispose]();
      await stage?.[Symbol.asyncDispose]();
    });

    it('carries orders of all channels from the payment to both shares paid, each effect once', async () => {
      const seller = await stage.hireSeller();
      const rate = { base: 'USD', quote: 'CLP', rate: '941.35', source: 'test', asOf: new Date() } as const;
      await stage.store.transaction(em => addRate(em, rate));
      const [lamp, clock, chair] = [
        await stage.stockUp(seller, { listedOn: 'ebay' }),
        await stage.stockUp(seller, { listedOn: 'ebay', cost: 880n }),
        await stage.stockUp(seller, { listedOn: 'mercadolibre' }),
      ];

      const checkout = await stage.checkout(lamp);
      const onEbay = await placeOnEbay(stage, seller, {
        lines: [
          { goods: lamp, totalMinor: 3_299 },
          { goods: clock, totalMinor: 2_450 },
        ],
      });
      const sale = { goods: chair, unitPriceMinor: 34_990, saleFeeMinor: 4_864 };
      const onMercadoLibre = await placeOnMercadoLibre(stage, seller, sale);

      // The buyer returns while PayPal's own news come; eBay tells each line, and everybody tells things twice.
      const told = await Promise.all([
        ...Array.from({ length: 4 }, () => hintOf(stage, seller, 'ebay', onEbay)),
        ...Array.from({ length: 2 }, () => hintOf(stage, seller, 'mercadolibre', onMercadoLibre)),
      ]);
      await Promise.all([
        ...Array.from({ length: 3 }, () => works.captureSoon(checkout.id)),
        ...told.map(id => works.takeEvent(id)),
      ]);

      const unpaid = await until(
        async () => (await ordersAt(stage, onMercadoLibre)).find(({ waitReason }) => waitReason === 'SUPPLIER_UNPAID'),
        { deadlineMs: 20_000, describe: () => `an unpaid supplier order; ${works.bugs.join()}` },
      );
      const [placed] = await rows<{ number: string }>(stage, 'select number from supplier_orders where order_id = ?', [
        unpaid.id,
      ]);
      await stage.control('pay', { number: placed?.number });

      const orders = await works.settled(4);
      expect(orders.map(({ channel }) => channel).toSorted()).to.deep.equal(['ebay', 'ebay', 'mercadolibre', 'paypal']);
      expect(orders.map(({ payouts }) => payouts)).to.deep.equal([2, 2, 2, 2]);

      expect(timesOf(await stage.effects('capture'))).to.deep.equal({ [checkout.externalOrderId ?? '']: 1 });
      const bought = timesOf(await stage.effects('supplier-order'));
      expect(bought).to.deep.equal(Object.fromEntries(orders.map(({ id }) => [`${id}-1`, 1])));
      const paid = await stage.effects('payout');
      const legs = await rows<{ id: string; amount: string }>(
        stage,
        'select id, amount_minor::text as amount from payout_legs',
      );
      expect(timesOf(paid)).to.deep.equal(Object.fromEntries(legs.map(({ id }) => [`leg-${id}-1`, 1])));
      expect(paid.map(({ amountMinor }) => amountMinor).toSorted()).to.deep.equal(
        legs.map(({ amount }) => amount).toSorted(),
      );

      const totals = await stage.store.read(em => ledgerTotals(em));
      expect(totals.map(({ currency, amountMinor }) => `${amountMinor} ${currency}`)).to.deep.equal(['0 CLP', '0 USD']);
      expect(await rows(stage, `select status, count(*)::int as n from effects group by 1`)).to.deep.equal([
        { status: 'DONE', n: 1 + 4 + 8 },
      ]);
      expect(await rows(stage, `select 1 from reservations where status = 'HELD'`)).to.deep.equal([]);
      expect(works.bugs).to.deep.equal([]);
    });
  });
