/** Covers: store/money/fee-currency.ts. */
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import type { Payment } from '../../../store/entities/order.ts';
import { recordDispute } from '../../../store/money/disputes.ts';
import { addRate } from '../../../store/money/fx.ts';
import { accountBalances } from '../../../store/money/ledger.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { importFrom, notesOf, performWith, placeOnEbay } from '../workbench.ts';

describe('a fee keeps its currency', () => {
  let stage: Stage;
  let seller: Seller;
  beforeEach(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
  });
  afterEach(async () => {
    const found = await stage.store.read(em => checkLedger(em));
    await stage[Symbol.asyncDispose]();
    expect(found).to.deep.equal([]);
  });

  const asOf = new Date('2026-01-05T12:00:00Z');
  const rate = () =>
    stage.store.transaction(em => addRate(em, { base: 'USD', quote: 'GBP', rate: '0.79', source: 'bank', asOf }));
  const paymentOf = async (id: OrderId): Promise<Payment> => {
    const [payment] = await stage.store.read(em => paymentsOf(em, id));
    if (!payment) throw new Error('nothing was paid');
    return payment;
  };
  /** eBay keeps 5.65 USD of a sale of 29.99 GBP. */
  const onEbay = async () => {
    const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
    const fee = { minor: 565, currency: 'USD' };
    const number = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 2_999 }], currency: 'GBP', fee });
    const [order] = await importFrom(stage, seller, 'ebay', number);
    if (!order) throw new Error('the sale was not imported');
    return order;
  };

  it('5.65 USD of a GBP sale are booked as 4.46 GBP, at a rate that is kept with its source and time', async () => {
    await rate();
    const { id, status } = await onEbay();
    expect(status).to.equal('PAID');
    expect(await paymentOf(id)).to.include({
      feeMinor: 446n,
      feeEstimated: false,
      feeToldMinor: 565n,
      feeToldCurrency: 'USD',
      feeRate: '0.79',
      feeRateSource: 'bank',
    });
    expect((await paymentOf(id)).feeRateAsOf?.getTime()).to.equal(asOf.getTime());
  });

  it('what cannot be converted is estimated, and nothing is bought before a person has looked', async () => {
    const { id } = await onEbay();
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'FEE_CURRENCY' });
    expect((await paymentOf(id)).feeEstimated).to.equal(true);
    expect((await notesOf(stage, id)).join()).to.include('keeps 5.65 USD of 29.99 GBP');
  });

  it('PayPal’s own leaves the balance that it is in, and is asked for again where no rate is stored yet', async () => {
    const { id } = await stage.checkout(await stage.stockUp(seller));
    const { paypal } = stage.context.providers;
    const inEuro: typeof paypal = {
      ...paypal,
      getOrder: async (...ask) => {
        const order = await paypal.getOrder(...ask);
        return order && { ...order, captures: order.captures.map(one => ({ ...one, fee: money(140n, 'EUR') })) };
      },
      getCapture: async (...ask) => ({ ...(await paypal.getCapture(...ask)), fee: money(140n, 'EUR') }),
    };
    await performWith(stage, { providers: { paypal: inEuro } }, 'capture-payment', id);
    expect(await paymentOf(id)).to.include({ feeEstimated: true, feeToldMinor: null });
    await stage.store.transaction(em => addRate(em, { base: 'USD', quote: 'EUR', rate: '0.9', source: 'bank', asOf }));
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const)
      await performWith(stage, { providers: { paypal: inEuro } }, queue, id);
    // 1.40 EUR at 0.9.
    expect(await paymentOf(id)).to.include({ feeMinor: 156n, feeEstimated: false, feeToldMinor: 140n });
    const cash = (await stage.store.read(em => accountBalances(em))).filter(({ account }) => account === 'cash:paypal');
    expect(cash.map(({ balance }) => `${balance.amountMinor} ${balance.currency}`)).to.include('-140 EUR');
  });

  it('a dispute’s of another currency than the payment is taken in its own, and never added to another', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    const told = (fee: ReturnType<typeof money>) =>
      stage.store.transaction(em =>
        recordDispute(em, id, { provider: 'paypal', reference: 'PP-D-GBP', status: 'OPEN', fee }),
      );
    expect(await told(money(0n, 'USD'))).to.equal(undefined);
    const change = await told(money(1_500n, 'GBP'));
    expect(change?.amount).to.deep.equal(money(1_500n, 'GBP'));
    expect(await told(money(1_500n, 'USD')).catch((error: { code: string }) => error.code)).to.equal(
      'DISPUTE_FEE_CURRENCY',
    );
    const back = await told(money(0n, 'USD'));
    expect(back?.amount).to.deep.equal(money(-1_500n, 'GBP'));
    await stage.store.transaction(em => em.execute(`delete from disputes where reference = 'PP-D-GBP'`));
  });
});
