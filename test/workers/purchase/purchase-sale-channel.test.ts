/** Covers: workers/purchase/pre-purchase-check.ts, workers/marketplace/recheck-sale.ts. */
import { expect } from 'chai';
import type { OrderState, ReviewReason } from '../../../domain/order.ts';
import { addRate } from '../../../store/money/fx.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import {
  changeOrder,
  fromNow,
  importFrom,
  notesOf,
  orderToBuy,
  performWith,
  placeOnEbay,
  placeOnMercadoLibre,
  reservationsOf,
} from '../workbench.ts';

type Sold = { id: string; atChannel: string };

describe('the last look at the sale before anything is bought', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    const rate = { base: 'USD', quote: 'CLP', rate: '941.35', source: 'test', asOf: new Date() } as const;
    await stage.store.transaction(em => addRate(em, rate));
  });
  after(() => stage[Symbol.asyncDispose]());

  const fault = (provider: string, operation: string, status: number, times: number) =>
    stage.control('faults', { provider, operation, kind: 'status', status, times });

  const soldAtCheckout = async (): Promise<Sold> => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    const capture = (await stage.effects('capture')).find(({ detail }) => detail.customId === id);
    return { id, atChannel: capture?.reference ?? '' };
  };

  const soldOnEbay = async (): Promise<Sold> => {
    const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
    const atChannel = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 3_299 }] });
    return letThrough(await importFrom(stage, seller, 'ebay', atChannel), atChannel);
  };

  const soldOnMercadoLibre = async (): Promise<Sold> => {
    const goods = await stage.stockUp(seller, { listedOn: 'mercadolibre' });
    const sale = { goods, unitPriceMinor: 34_990, saleFeeMinor: 4_864 };
    const atChannel = await placeOnMercadoLibre(stage, seller, sale);
    return letThrough(await importFrom(stage, seller, 'mercadolibre', atChannel), atChannel);
  };

  const letThrough = async ([order]: readonly { id: string }[], atChannel: string): Promise<Sold> => {
    const id = order?.id ?? '';
    await stage.perform('fulfill', id);
    expect((await stage.order(id)).status).to.equal('PURCHASING');
    return { id, atChannel };
  };

  const cases: readonly {
    when: string;
    sell: () => Promise<Sold>;
    change: (atChannel: string) => Promise<unknown>;
    status: OrderState;
    reason: ReviewReason | null;
  }[] = [
    {
      when: 'the buyer has cancelled on eBay',
      sell: soldOnEbay,
      change: id => changeOrder(stage, 'ebay', id, { cancelState: 'CANCELED' }),
      status: 'CANCELLED',
      reason: null,
    },
    {
      when: 'the order is cancelled at MercadoLibre',
      sell: soldOnMercadoLibre,
      change: id => changeOrder(stage, 'mercadolibre', id, { status: 'cancelled' }),
      status: 'CANCELLED',
      reason: null,
    },
    {
      when: 'eBay has given the money back',
      sell: soldOnEbay,
      change: id => changeOrder(stage, 'ebay', id, { paymentStatus: 'FULLY_REFUNDED' }),
      status: 'NEEDS_REVIEW',
      reason: 'PAYMENT_REVERSED',
    },
    {
      when: 'PayPal has reversed the payment',
      sell: soldAtCheckout,
      change: captureId => stage.control('capture-status', { captureId, status: 'REVERSED' }),
      status: 'NEEDS_REVIEW',
      reason: 'PAYMENT_REVERSED',
    },
    {
      when: 'MercadoLibre suspects fraud',
      sell: soldOnMercadoLibre,
      change: id => changeOrder(stage, 'mercadolibre', id, { tags: ['paid', 'fraud_risk_detected'] }),
      status: 'NEEDS_REVIEW',
      reason: 'FRAUD_RISK',
    },
    {
      when: 'PayPal refuses our credentials',
      sell: soldAtCheckout,
      change: () => fault('paypal', 'get-capture', 401, 2),
      status: 'NEEDS_REVIEW',
      reason: 'UNCONFIRMED_SALE',
    },
  ];
  for (const { when, sell, change, status, reason } of cases)
    it(`buys nothing and ends in ${status}${reason ? ` (${reason})` : ''} when ${when}`, async () => {
      const { id, atChannel } = await sell();
      await change(atChannel);
      await stage.perform('purchase', id);
      expect(await stage.order(id)).to.include({ status, reason });
      expect((await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id))).to.deep.equal([]);
      expect((await reservationsOf(stage, id)).map(row => row.status)).to.deep.equal(['RELEASED']);
    });

  it('cancels no sale whose cancellation is only asked for: held until it is decided, and bought when it is declined', async () => {
    const { id, atChannel } = await soldOnEbay();
    await changeOrder(stage, 'ebay', atChannel, { cancelState: 'IN_PROGRESS' });
    await importFrom(stage, seller, 'ebay', atChannel);
    expect((await stage.order(id)).status).to.equal('PURCHASING');
    for (let looks = 0; looks < 2; looks += 1) {
      await stage.perform('purchase', id);
      const held = await stage.order(id);
      expect(held).to.include({ status: 'WAITING', waitReason: 'HOLD' });
      expect(held.nextCheckAt?.getTime()).to.be.greaterThan(Date.now() + 600_000);
      expect((await reservationsOf(stage, id)).at(-1)?.status).to.equal('RELEASED');
      await stage.perform('fulfill', id);
    }
    await changeOrder(stage, 'ebay', atChannel, { cancelState: 'NONE_REQUESTED' });
    expect(await stage.perform('purchase', id)).to.equal('PURCHASED');
  });

  const gone: readonly [what: string, sell: () => Promise<Sold>, answer: object][] = [
    ['MercadoLibre', soldOnMercadoLibre, { provider: 'mercadolibre', status: 404, body: { error: 'not_found' } }],
    ['eBay', soldOnEbay, { provider: 'ebay', status: 404, body: { errors: [{ errorId: 32100 }] } }],
    [
      'MercadoLibre, which says that it is another’s,',
      soldOnMercadoLibre,
      { provider: 'mercadolibre', status: 403, body: { error: 'forbidden', message: 'Invalid caller.id' } },
    ],
  ];
  for (const [what, sell, answer] of gone) {
    it(`asks a person when ${what} shows the sale no more, at the second reading`, async () => {
      const { id } = await sell();
      await stage.control('faults', { ...answer, operation: 'get-order', kind: 'answer', times: 2 });
      const first = await stage.perform('purchase', id).catch((thrown: unknown) => thrown);
      expect(first).to.include({ code: 'SALE_NOT_THERE', retryAfterMs: 600_000 });
      const order = await stage.order(id);
      expect(order.status).to.equal('PURCHASING');
      expect(order.nextCheckAt?.getTime()).to.be.greaterThan(Date.now() + 500_000);
      await performWith(stage, { now: fromNow(601_000) }, 'purchase', id);
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'UNCONFIRMED_SALE' });
    });

    it(`buys when ${what} shows the sale again at the second reading`, async () => {
      const { id } = await sell();
      await stage.control('faults', { ...answer, operation: 'get-order', kind: 'answer', times: 1 });
      await stage.perform('purchase', id).catch(() => undefined);
      await performWith(stage, { now: fromNow(601_000) }, 'purchase', id);
      expect((await stage.order(id)).status).not.to.equal('NEEDS_REVIEW');
      expect((await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id))).to.have.length(1);
    });
  }

  it('tries again while the sale channel does not answer', async () => {
    const { id } = await soldOnEbay();
    await fault('ebay', 'get-order', 503, 1);
    const error = await stage.perform('purchase', id).catch((thrown: unknown) => thrown);
    expect(error).to.include({ kind: 'retryable', code: 'EBAY_SERVER_ERROR' });
    expect((await reservationsOf(stage, id)).map(row => row.status)).to.deep.equal(['HELD']);
    expect(await stage.perform('purchase', id)).to.equal('PURCHASED');
  });

  it('waits when the seller’s own account must be connected again', async () => {
    const { id } = await soldOnEbay();
    await fault('ebay', 'get-order', 401, 2);
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'RECONNECT_NEEDED' });
    expect((await notesOf(stage, id)).at(-1)).to.match(/ebay account .* must be connected again/);
  });
});
