/** Covers: workers/purchase/resend-purchase.ts, workers/purchase/pre-purchase-check.ts. */
import { expect } from 'chai';
import { changeSettings } from '../../../store/accounts/users.ts';
import { addRate } from '../../../store/money/fx.ts';
import { createStage, type Goods, type Seller, type Stage } from '../../support/stage.ts';
import { lastEvidence } from '../../support/timeline-lines.ts';
import { refundOf, tell } from '../events/paypal-news.ts';
import { readyEffects } from '../ready-effects.ts';
import {
  changeOrder,
  importFrom,
  intentsOf,
  notesOf,
  orderToBuy,
  placeOnEbay,
  placeOnMercadoLibre,
  reservationsOf,
  rows,
} from '../workbench.ts';

type Sold = { id: string; atChannel: string; goods: Goods };

describe('what is sent again is let through as what is sent first', () => {
  let stage: Stage;
  let seller: Seller;
  let ready: ReturnType<typeof readyEffects>;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    ready = readyEffects(stage, seller);
    await stage.store.transaction(em => changeSettings(em, seller.id, { refundPolicy: 'automatic' }));
    const rate = { base: 'USD', quote: 'CLP', rate: '941.35', source: 'test', asOf: new Date() } as const;
    await stage.store.transaction(em => addRate(em, rate));
  });
  after(() => stage[Symbol.asyncDispose]());

  const fault = (provider: string, operation: string, status: number, times = 1) =>
    stage.control('faults', { provider, operation, kind: 'status', status, times });
  const boughtFor = async (id: string) =>
    (await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id)).length;

  const soldAtCheckout = async (): Promise<Sold> => {
    const goods = await stage.stockUp(seller);
    const { id } = await orderToBuy(stage, goods);
    const capture = (await stage.effects('capture')).find(({ detail }) => detail.customId === id);
    return { id, atChannel: capture?.reference ?? '', goods };
  };
  const letThrough = async ([order]: readonly { id: string }[], atChannel: string, goods: Goods): Promise<Sold> => {
    const id = order?.id ?? '';
    await stage.perform('fulfill', id);
    return { id, atChannel, goods };
  };
  const soldOnEbay = async (): Promise<Sold> => {
    const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
    const atChannel = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 3_299 }] });
    return letThrough(await importFrom(stage, seller, 'ebay', atChannel), atChannel, goods);
  };
  const soldOnMercadoLibre = async (): Promise<Sold> => {
    const goods = await stage.stockUp(seller, { listedOn: 'mercadolibre' });
    const atChannel = await placeOnMercadoLibre(stage, seller, { goods, unitPriceMinor: 34_990, saleFeeMinor: 4_864 });
    return letThrough(await importFrom(stage, seller, 'mercadolibre', atChannel), atChannel, goods);
  };

  /** AliExpress answers 503 to a purchase, and did nothing. */
  const outage = async (sell: () => Promise<Sold>): Promise<Sold> => {
    const sold = await sell();
    await fault('aliexpress', 'order-create', 503);
    expect(await stage.perform('purchase', sold.id)).to.match(/^uncertain/);
    return sold;
  };

  const costsNow = ({ supplierProductId, skuId }: Goods, priceMinor: string) =>
    stage.control('products', {
      productId: supplierProductId,
      skus: [{ skuId, skuAttr: '14:173#Blue', priceMinor, stock: 100 }],
      shippingFeeMinor: '199',
    });

  /** The seller gives money back on PayPal's own pages, and PayPal tells us. */
  const givenBack = async (id: string, amountMinor: string) => {
    const [payment] = await rows<{ reference: string }>(stage, 'select reference from payments where order_id = ?', [
      id,
    ]);
    const captureId = payment?.reference ?? '';
    const refund = await stage.control<{ refundId: string }>('refund', { captureId, amountMinor });
    await tell(stage, 'PAYMENT.CAPTURE.REFUNDED', refundOf(captureId, refund.refundId));
  };

  const evidenceOf = (id: string) => lastEvidence(stage, id);

  const cases: readonly {
    when: string;
    sell: () => Promise<Sold>;
    change: (sold: Sold) => Promise<unknown>;
    seen: RegExp;
  }[] = [
    {
      when: 'the eBay buyer has cancelled and was refunded meanwhile',
      sell: soldOnEbay,
      change: async ({ atChannel }) => {
        await changeOrder(stage, 'ebay', atChannel, { cancelState: 'CANCELED', paymentStatus: 'FULLY_REFUNDED' });
        await importFrom(stage, seller, 'ebay', atChannel).catch(() => undefined);
      },
      seen: /cancelled at the marketplace/,
    },
    {
      when: 'eBay has given a part of the money back meanwhile',
      sell: soldOnEbay,
      change: ({ atChannel }) =>
        changeOrder(stage, 'ebay', atChannel, {
          paymentStatus: 'PARTIALLY_REFUNDED',
          refunds: [{ amountMinor: '2800', lineItemId: '10000000000' }],
        }),
      seen: /PARTIALLY_REFUNDED/,
    },
    {
      when: 'MercadoLibre suspects fraud meanwhile',
      sell: soldOnMercadoLibre,
      change: ({ atChannel }) =>
        changeOrder(stage, 'mercadolibre', atChannel, { tags: ['paid', 'fraud_risk_detected'] }),
      seen: /suspects fraud/,
    },
    {
      when: 'PayPal has reversed the payment meanwhile',
      sell: soldAtCheckout,
      change: ({ atChannel }) => stage.control('capture-status', { captureId: atChannel, status: 'REVERSED' }),
      seen: /no longer holds the payment/,
    },
    {
      when: 'it costs 100.99 where 17.00 is the most allowed',
      sell: soldAtCheckout,
      change: ({ goods }) => costsNow(goods, '9900'),
      seen: /asks 100\.99 USD now, the most allowed is 17\.00 USD/,
    },
    {
      when: 'the reseller allows less for it than it costs',
      sell: soldAtCheckout,
      change: ({ goods }) => rows(stage, 'update products set max_buy_minor = 1400 where id = ?', [goods.productId]),
      seen: /asks 14\.49 USD now, the most allowed is 14\.00 USD/,
    },
    {
      when: 'the supplier calls the variant otherwise',
      sell: soldAtCheckout,
      change: ({ goods: { supplierProductId, skuId } }) =>
        stage.control('products', {
          productId: supplierProductId,
          skus: [{ skuId, skuAttr: '14:193#Black', priceMinor: '1250', stock: 100 }],
          shippingFeeMinor: '199',
        }),
      seen: /its present price is not known/,
    },
  ];
  for (const { when, sell, change, seen } of cases)
    it(`a purchase in doubt is not sent again, and is a person’s, when ${when}`, async () => {
      const sold = await outage(sell);
      const { id } = sold;
      await change(sold);
      await stage.perform('purchase', id);
      expect(await boughtFor(id)).to.equal(0);
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
      const evidence = await evidenceOf(id);
      const [intent] = await intentsOf(stage, 'buy', id);
      expect(evidence).to.include({ key: intent?.idempotencyKey, sends: 1 });
      expect(evidence?.firstSentAt).to.be.a('string');
      expect(evidence?.seen).to.match(seen);
      expect((await reservationsOf(stage, id)).map(({ status }) => status)).to.deep.equal(['HELD']);
    });

  const silent: readonly { who: string; sell: () => Promise<Sold>; silence: () => Promise<unknown> }[] = [
    { who: 'eBay', sell: soldOnEbay, silence: () => fault('ebay', 'get-order', 503, 2) },
    { who: 'AliExpress’ price list', sell: soldAtCheckout, silence: () => fault('aliexpress', 'product-get', 503, 4) },
  ];
  for (const { who, sell, silence } of silent)
    it(`a purchase in doubt waits while ${who} does not answer, and is sent again when it does`, async () => {
      const { id } = await outage(sell);
      await silence();
      expect(await stage.perform('purchase', id).catch((thrown: unknown) => thrown)).to.include({ kind: 'retryable' });
      expect(await boughtFor(id)).to.equal(0);
      expect((await intentsOf(stage, 'buy', id)).at(-1)).to.include({ status: 'OPEN', sends: 1 });
      await fetch(`${stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });
      expect(await stage.perform('purchase', id)).to.equal('PURCHASED');
      expect(await boughtFor(id)).to.equal(1);
    });

  it('a purchase in doubt waits for a cancellation that is asked for to be decided', async () => {
    const { id, atChannel } = await outage(soldOnEbay);
    await changeOrder(stage, 'ebay', atChannel, { cancelState: 'IN_PROGRESS' });
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'CANCELLATION_ASKED' });
    expect(await boughtFor(id)).to.equal(0);
    await changeOrder(stage, 'ebay', atChannel, { cancelState: 'NONE_REQUESTED' });
    expect(await stage.perform('purchase', id)).to.equal('PURCHASED');
  });

  it('a purchase that its buyer’s reversed payment stops stays stopped when the cancellation is declined', async () => {
    const { id, atChannel } = await outage(soldOnEbay);
    await rows(stage, `update orders set frozen_for = 'CANCELLATION_ASKED', cancel_asked_at = now() where id = ?`, [
      id,
    ]);
    await rows(stage, `update payments set status = 'REVERSED' where order_id = ?`, [id]);
    await changeOrder(stage, 'ebay', atChannel, { cancelState: 'NONE_REQUESTED' });
    await stage.perform('purchase', id);
    expect(await boughtFor(id)).to.equal(0);
    expect(await evidenceOf(id)).to.include({ seen: 'the order is held: PAYMENT_REVERSED' });
  });

  it('a payout in doubt is not sent again, and is a person’s, when its sale is refunded meanwhile', async () => {
    const leg = await ready.pay.prepare();
    await fault('paypal', 'create-payout', 503);
    expect(await stage.perform('payout', leg)).to.match(/^uncertain/);
    const [{ order_id: id } = { order_id: '' }] = await rows<{ order_id: string }>(
      stage,
      'select order_id from payout_legs where id = ?',
      [leg],
    );
    await givenBack(id, '2999');
    await stage.perform('payout', leg);
    const [state] = await rows<{ status: string; reason: string }>(
      stage,
      'select status, reason from payout_legs where id = ?',
      [leg],
    );
    expect(state).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    expect((await stage.effects('payout')).filter(({ key }) => key.includes(leg))).to.deep.equal([]);
    expect((await notesOf(stage, id)).join('\n')).to.match(/not sent again: money of its sale went back/);
  });

  it('a refund in doubt is not sent again, and is a person’s, when a part went back by hand meanwhile', async () => {
    const id = await ready.refund.prepare();
    await fault('paypal', 'refund', 503);
    expect(await stage.perform('refund', id)).to.match(/^uncertain/);
    await givenBack(id, '500');
    await stage.perform('refund', id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    expect(await evidenceOf(id)).to.deep.include({
      seen: 'the refund is of 29.99 USD, and 24.99 USD of the payment are left',
    });
    const sent = (await stage.effects('refund')).filter(({ detail }) => `${detail.customId}`.includes(id));
    expect(sent.map(({ amountMinor }) => amountMinor)).to.deep.equal(['500']);
  });
});
