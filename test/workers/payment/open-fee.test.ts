import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { addRate } from '../../../store/money/fx.ts';
import { createStage, type Goods, type Stage } from '../../support/stage.ts';
import { checkProviders } from '../books/check-providers.ts';
import { tell } from '../events/paypal-news.ts';
import { fromNow, hourMs, notesOf, performWith, rows } from '../workbench.ts';

describe('a payment whose fee PayPal does not say', () => {
  let stage: Stage;
  let goods: Goods;
  before(async () => {
    stage = await createStage();
    goods = await stage.stockUp(await stage.hireSeller());
  });
  after(() => stage[Symbol.asyncDispose]());
  afterEach(async () => {
    await fetch(`${stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });
    stage.jobs.length = 0;
    expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]);
  });

  const paidWithoutFee = async (of: Goods = goods): Promise<OrderId> => {
    const { id, externalOrderId } = await stage.checkout(of);
    await stage.control('capture-outcome', { paypalOrderId: externalOrderId, withoutFee: true });
    expect(await stage.perform('capture-payment', id)).to.equal('PAID');
    return id;
  };
  const bought = async (): Promise<OrderId> => {
    const id = await paidWithoutFee();
    for (const queue of ['fulfill', 'purchase'] as const) await stage.perform(queue, id);
    expect((await stage.order(id)).status).to.equal('PURCHASED');
    return id;
  };
  const createSale = (id: OrderId, hours = 0) =>
    performWith(stage, { now: fromNow(hours * hourMs) }, 'create-sale', id);
  const captureOf = async (id: OrderId): Promise<string> =>
    (await stage.effects('capture')).find(({ detail }) => detail.customId === id)?.reference ?? '';
  const sayFee = async (id: OrderId, feeMinor = '160') =>
    stage.control('capture-fee', { captureId: await captureOf(id), feeMinor });
  const paymentOf = (id: OrderId) =>
    rows<{ status: string; fee: string; estimated: boolean }>(
      stage,
      'select status, fee_minor::text as fee, fee_estimated as estimated from payments where order_id = ?',
      [id],
    );
  const bookedOf = async (id: OrderId): Promise<Record<string, string>> => {
    const found = await rows<{ account: string; amount: string }>(
      stage,
      `select p.account, sum(p.amount_minor)::text as amount from ledger_postings p
       join ledger_transactions t on t.id = p.transaction_id where t.order_id = ? group by 1`,
      [id],
    );
    return Object.fromEntries(found.map(({ account, amount }) => [account, amount]));
  };
  const saleOf = (id: OrderId) =>
    rows<{ fee: string }>(stage, 'select payment_fee_minor::text as fee from sales where order_id = ?', [id]);

  it('is paid all the same, with the fee of the table, and goes on to be bought', async () => {
    const id = await paidWithoutFee();
    expect((await stage.order(id)).status).to.equal('PAID');
    expect(stage.jobs.map(({ queue }) => queue)).to.deep.equal(['fulfill']);
    expect(await paymentOf(id)).to.deep.equal([{ status: 'COMPLETED', fee: '154', estimated: true }]);
    expect(await bookedOf(id)).to.deep.equal({
      'cash:paypal': '2845',
      'fees:payment': '154',
      'buyer-payments': '-2999',
    });
    expect((await notesOf(stage, id)).join('\n')).to.include('paypal does not say its fee yet: estimated at 1.54 USD');
  });

  for (const [what, patch] of [
    ['no breakdown', [{ op: 'remove', path: '/purchase_units/0/payments/captures/0/seller_receivable_breakdown' }]],
    [
      'a breakdown without it',
      [{ op: 'remove', path: '/purchase_units/0/payments/captures/0/seller_receivable_breakdown/paypal_fee' }],
    ],
    [
      'a breakdown that is null',
      [{ op: 'replace', path: '/purchase_units/0/payments/captures/0/seller_receivable_breakdown', value: null }],
    ],
    [
      'a fee that is null',
      [
        {
          op: 'replace',
          path: '/purchase_units/0/payments/captures/0/seller_receivable_breakdown/paypal_fee',
          value: null,
        },
      ],
    ],
  ] as const)
    it(`is paid although the order shows ${what}`, async () => {
      const { id } = await stage.checkout(goods);
      await stage.control('faults', { provider: 'paypal', operation: 'capture', kind: 'reshape', patch });
      // The order is read once before the capture, when it has no payment, and once after it.
      await stage.perform('capture-payment', id).catch(() => undefined);
      const taken = (await stage.order(id)).status;
      expect(taken).to.equal('PAID');
    });

  it('waits for the fee before its sale is booked, and is booked with the real one', async () => {
    const id = await bought();
    expect(await createSale(id)).to.equal('PayPal has not said its fee yet');
    expect(await saleOf(id)).to.deep.equal([]);
    const { nextCheckAt } = await stage.order(id);
    expect((nextCheckAt?.getTime() ?? 0) - Date.now()).to.be.within(14 * 60_000, 15 * 60_000);
    await sayFee(id);
    expect(await createSale(id)).to.match(/^sale booked: 13.90 USD profit/);
    expect(await saleOf(id)).to.deep.equal([{ fee: '160' }]);
    expect(await paymentOf(id)).to.deep.equal([{ status: 'COMPLETED', fee: '160', estimated: false }]);
    expect((await notesOf(stage, id)).join('\n')).to.include('paypal kept 1.60 USD where 1.54 USD was estimated');
    expect(await bookedOf(id))
      .to.include({ 'fees:payment': '0' })
      .and.not.have.property('fees:difference');
  });

  it('is told of by PayPal, which is booked at once, and once', async () => {
    const id = await bought();
    await sayFee(id);
    for (let time = 0; time < 3; time += 1) await tell(stage, 'PAYMENT.CAPTURE.COMPLETED', { id: await captureOf(id) });
    expect(await bookedOf(id)).to.include({ 'fees:payment': '160' });
    expect(await createSale(id)).to.match(/^sale booked/);
  });

  it('does not wait for ever: after six hours the sale is booked with the estimate', async () => {
    const id = await bought();
    expect(await createSale(id, 5.9)).to.equal('PayPal has not said its fee yet');
    expect(await createSale(id, 6.1)).to.match(/^sale booked: 13.96 USD profit/);
    expect(await saleOf(id)).to.deep.equal([{ fee: '154' }]);
    expect(await paymentOf(id)).to.deep.equal([{ status: 'COMPLETED', fee: '154', estimated: true }]);
  });

  it('that is told after the sale was booked is the platform’s own gain or loss: the shares stand', async () => {
    for (const [feeMinor, difference, cash] of [
      ['160', '6', '2839'],
      ['150', '-4', '2849'],
    ] as const) {
      const id = await bought();
      await createSale(id, 6.1);
      const legs = () =>
        rows(stage, 'select beneficiary, amount_minor::text from payout_legs where order_id = ?', [id]);
      const before = await legs();
      await sayFee(id, feeMinor);
      await tell(stage, 'PAYMENT.CAPTURE.COMPLETED', { id: await captureOf(id) });
      const booked = await bookedOf(id);
      expect(booked).to.include({ 'fees:difference': difference, 'fees:payment': '0' });
      expect(BigInt(booked['cash:paypal'] ?? 0) + 1_449n).to.equal(BigInt(cash));
      expect(await legs()).to.deep.equal(before);
      expect(await paymentOf(id)).to.deep.equal([{ status: 'COMPLETED', fee: feeMinor, estimated: false }]);
    }
  });

  it('waits no longer than that when PayPal cannot be asked either', async () => {
    const id = await bought();
    await stage.control('faults', {
      provider: 'paypal',
      operation: 'get-capture',
      kind: 'status',
      status: 503,
      times: 9,
    });
    expect(await createSale(id)).to.equal('PayPal has not said its fee yet');
    expect(await createSale(id, 6.1)).to.match(/^sale booked/);
  });

  it('is asked for once more when the order ends without a sale', async () => {
    const id = await paidWithoutFee();
    await sayFee(id);
    await rows(stage, `update orders set status = 'FAILED', reason = 'OUT_OF_STOCK' where id = ?`, [id]);
    await rows(stage, `update orders set status = 'REFUNDING', reason = null where id = ?`, [id]);
    await stage.perform('refund', id);
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    // All went back to the buyer, and PayPal keeps its fee, which the reseller bears.
    expect(await bookedOf(id)).to.deep.equal({
      'cash:paypal': '-160',
      'fees:payment': '0',
      'buyer-payments': '0',
      reseller: '160',
    });
  });

  it('is estimated in any currency, with the fixed part at the last known rate', async () => {
    await stage.store.transaction(em =>
      addRate(em, { base: 'USD', quote: 'HUF', rate: '340', source: 'test', asOf: new Date() }),
    );
    const dear = await stage.stockUp(await stage.hireSeller());
    await rows(stage, `update products set price_minor = 1500000, price_currency = 'HUF' where id = ?`, [
      dear.productId,
    ]);
    // 3.49 % of 15,000 Ft, and 0.49 USD at 340.
    expect(await paymentOf(await paidWithoutFee(dear))).to.deep.equal([
      { status: 'COMPLETED', fee: '69010', estimated: true },
    ]);
  });

  it('is found by the check of the ledger when PayPal says another fee than is booked', async () => {
    const id = await bought();
    const rule = 'PayPal has kept the fee that we booked';
    const found = async () => (await checkProviders(stage.context)).filter(difference => difference.rule === rule);
    expect(await found(), 'PayPal says nothing yet').to.deep.equal([]);
    await sayFee(id, '170');
    expect((await found()).map(({ subject }) => subject)).to.deep.equal([id]);
    await tell(stage, 'PAYMENT.CAPTURE.COMPLETED', { id: await captureOf(id) });
    expect(await found()).to.deep.equal([]);
  });
});
