/** Covers: store/money/fx.ts, store/money/fee-currency.ts, workers/import/import-line.ts. */
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { countUntaken } from '../../../store/events/untaken-events.ts';
import { addRate } from '../../../store/money/fx.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { importFrom, placeOnEbay } from '../workbench.ts';

describe('a paid sale in any currency', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());

  // Two digits, three and none behind the point, of about the same worth.
  const sales = [
    ['SGD', '1.35', 4_499],
    ['BHD', '0.376', 12_500],
    ['JPY', '155', 5_100],
  ] as const;
  for (const [currency, rate, totalMinor] of sales)
    it(`is imported, bought and booked (${currency})`, async () => {
      await stage.store.transaction(em =>
        addRate(em, { base: 'USD', quote: currency, rate, source: 'test', asOf: new Date() }),
      );
      const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
      const number = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor }], currency });
      const [order] = await importFrom(stage, seller, 'ebay', number);
      const id = order?.id ?? ('' as OrderId);
      expect(order).to.include({ status: 'PAID', saleMinor: BigInt(totalMinor), saleCurrency: currency });
      const [payment] = await stage.store.read(em => paymentsOf(em, id));
      expect(payment && money(payment.amountMinor, payment.currency)).to.deep.equal(
        money(BigInt(totalMinor), currency),
      );
      for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
      expect((await stage.order(id)).status).to.equal('PURCHASED');
      expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]);
    });

  it('whose notification nothing has come of is counted, for the overview and the metrics', async () => {
    expect(await stage.store.read(countUntaken)).to.deep.equal({ failed: 0, waiting: 0 });
    await stage.store.transaction(em =>
      em.execute(
        `insert into inbound_events (id, source, event_id, type, headers, body, status, received_at)
         values (gen_random_uuid(), 'ebay', 'old', 'ORDER_CONFIRMATION', '{}', '', 'RECEIVED', clock_now() - interval '1 hour')`,
      ),
    );
    expect(await stage.store.read(countUntaken)).to.deep.equal({ failed: 0, waiting: 1 });
  });
});
