/** Covers: providers/wire/fields.ts, workers/processors.ts, workers/step/unreadable-answer.ts. */
import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import { isFailure } from '../../domain/call-outcome.ts';
import type { CredentialId, LegId } from '../../domain/ids.ts';
import type { UserToken } from '../../providers/gate/checked-call.ts';
import { findCredential, openSecrets } from '../../store/connections/credentials.ts';
import type { Order } from '../../store/entities/order.ts';
import { paymentsOf } from '../../store/money/payments.ts';
import { supplierOrdersOf } from '../../store/orders/supplier-orders.ts';
import { findLeg, legsOfOrder } from '../../store/payouts/legs.ts';
import { createDice } from '../../storm/dice.ts';
import type { processors } from '../../workers/processors.ts';
import { type Mutation, mutationsOf } from '../providers/readers/mutations.ts';
import type { Seller } from '../support/stage.ts';
import { until } from '../support/until.ts';
import {
  dayMs,
  fromNow,
  hintOf,
  hourMs,
  ordersAt,
  orderToBuy,
  performWith,
  placeOnEbay,
  placeOnMercadoLibre,
} from '../workers/workbench.ts';
import { createRecordedStage, type RecordedStage } from './recorded-stage.ts';

/** So many changes of each answer in one run; another run draws others. */
const drawn = 20;
const seed = Number(process.env.WIRES_SEED ?? randomInt(1_000_000));

type Queue = keyof typeof processors;

/** Something that is under way, the answer that is to be read next, and how it may have ended days later. */
type Flow = {
  id: string;
  queue: Queue;
  provider: string;
  operation: string;
  /** Hits only the calls about it. */
  match: string;
  answer: string;
  /** @throws when something was lost, guessed, or is where nobody sees it */
  judge(): Promise<void>;
};

describe(`an answer in which anything may be different (WIRES_SEED=${seed})`, () => {
  let stage: RecordedStage;
  let seller: Seller;
  before(async () => {
    stage = await createRecordedStage();
    seller = await stage.hireSeller();
    await stage.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '100000000' });
  });
  after(() => stage[Symbol.asyncDispose]());

  const lift = () => fetch(`${stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });

  /** The step is run now, again, and long after; only a failure of a known kind may be thrown. */
  async function runOn({ queue, id, provider, operation, match }: Flow, { body }: Mutation): Promise<void> {
    await stage.control('faults', { provider, operation, kind: 'answer', body, times: 1_000, match });
    for (const laterMs of [0, 1_000, 1.1 * hourMs, 2.3 * hourMs, dayMs + hourMs])
      await performWith(stage, { now: fromNow(laterMs) }, queue, id).catch((error: unknown) => {
        if (!isFailure(error)) throw error;
      });
    await lift();
  }

  function everyChange(what: string, prepare: () => Promise<Flow>): void {
    it(what, async function () {
      this.timeout(180_000);
      const dice = createDice(seed, what);
      const { answer } = await prepare();
      const names = dice.shuffle([...mutationsOf(answer)].map(({ name }) => name)).slice(0, drawn);
      for (const name of names) {
        const flow = await prepare();
        const mutation = [...mutationsOf(flow.answer)].find(one => one.name === name);
        if (!mutation) continue; // this one's answer has no such place
        try {
          await runOn(flow, mutation);
          await flow.judge();
        } catch (error) {
          throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        }
      }
    });
  }

  const goods = (listedOn?: 'ebay' | 'mercadolibre') => stage.stockUp(seller, listedOn ? { listedOn } : {});
  const tokenOf = async (id: CredentialId | null): Promise<UserToken> => {
    const credential = id && (await stage.store.read(em => findCredential(em, id)));
    if (!credential) throw new Error('the account is connected');
    return { accessToken: openSecrets(stage.context.box, credential).accessToken, account: credential.accountId };
  };
  const amountsOf = (order: Order) => ({ saleMinor: order.saleMinor, saleCurrency: order.saleCurrency });

  async function judgeSale(orderId: string, due: { saleMinor: bigint; saleCurrency: string }): Promise<void> {
    const orders = await ordersAt(stage, orderId);
    expect(orders, 'orders of the sale').not.to.have.length(0);
    for (const order of orders) {
      expect(order.status).to.be.oneOf(['PAID', 'WAITING', 'NEEDS_REVIEW']);
      if (order.status === 'NEEDS_REVIEW') continue;
      expect({ ...amountsOf(order), quantity: order.quantity }).to.deep.equal({ ...due, quantity: 1 });
      const payments = await stage.store.read(em => paymentsOf(em, order.id));
      expect(payments.map(({ amountMinor }) => amountMinor)).to.deep.equal([due.saleMinor]);
    }
  }

  everyChange('is a sale of eBay’s: an order with its true amounts, or a person’s', async () => {
    const orderId = await placeOnEbay(stage, seller, { lines: [{ goods: await goods('ebay'), totalMinor: 2_999 }] });
    await stage.context.providers.ebay.getOrder(await tokenOf(seller.ebay.id), orderId);
    return {
      id: await hintOf(stage, seller, 'ebay', orderId),
      queue: 'import-order',
      provider: 'ebay',
      operation: 'get-order',
      match: orderId,
      answer: stage.lastAnswer(orderId),
      judge: () => judgeSale(orderId, { saleMinor: 2_999n, saleCurrency: 'USD' }),
    };
  });

  everyChange('is a sale of MercadoLibre’s: an order with its true amounts, or a person’s', async () => {
    const sold = { goods: await goods('mercadolibre'), unitPriceMinor: 29_990, saleFeeMinor: 4_169 };
    const orderId = await placeOnMercadoLibre(stage, seller, sold);
    await stage.context.providers.mercadolibre.getOrder(await tokenOf(seller.mercadolibre.id), orderId);
    return {
      id: await hintOf(stage, seller, 'mercadolibre', orderId),
      queue: 'import-order',
      provider: 'mercadolibre',
      operation: 'get-order',
      match: orderId,
      answer: stage.lastAnswer(`/orders/${orderId}`),
      judge: () => judgeSale(orderId, { saleMinor: 29_990n, saleCurrency: 'CLP' }),
    };
  });

  everyChange('is a captured payment: booked as it came, or a person’s, and never forgotten', async () => {
    const { id, externalOrderId } = await stage.checkout(await goods());
    await stage.control('faults', { provider: 'paypal', operation: 'capture', kind: 'drop-reply' });
    await stage.perform('capture-payment', id);
    await stage.context.providers.paypal.getOrder(externalOrderId ?? '');
    return {
      id,
      queue: 'capture-payment',
      provider: 'paypal',
      operation: 'get-order',
      match: externalOrderId ?? '',
      answer: stage.lastAnswer(`/orders/${externalOrderId}`),
      async judge() {
        const order = await stage.order(id);
        expect(order.status).to.be.oneOf(['PAID', 'NEEDS_REVIEW']);
        if (order.status !== 'PAID') return;
        const payments = await stage.store.read(em => paymentsOf(em, order.id));
        expect(payments.map(({ amountMinor, currency }) => [amountMinor, currency])).to.deep.equal([
          [order.saleMinor, order.saleCurrency],
        ]);
      },
    };
  });

  everyChange('is a supplier order: bought for what it cost, or a person’s', async () => {
    const { id } = await orderToBuy(stage, await goods());
    await stage.control('faults', {
      provider: 'aliexpress',
      operation: 'order-get',
      kind: 'status',
      status: 503,
      times: 3,
    });
    await stage.perform('purchase', id).catch(() => undefined);
    await lift();
    const [placed] = await stage.store.read(em => supplierOrdersOf(em, id));
    const number = placed?.number ?? '';
    await stage.context.providers.aliexpress.getOrder(await tokenOf(seller.aliexpress), number);
    return {
      id,
      queue: 'purchase',
      provider: 'aliexpress',
      operation: 'order-get',
      match: number,
      answer: stage.lastAnswer(`${number}`),
      async judge() {
        const order = await stage.order(id);
        expect(order.status).to.be.oneOf(['PURCHASED', 'NEEDS_REVIEW']);
        if (order.status !== 'PURCHASED') return;
        const [row] = await stage.store.read(em => supplierOrdersOf(em, id));
        expect([row?.costMinor, row?.costCurrency]).to.deep.equal([1_449n, 'USD']);
      },
    };
  });

  everyChange('is a payout: paid in full, owed again, or a person’s', async () => {
    const { id } = await orderToBuy(stage, await goods());
    for (const queue of ['purchase', 'create-sale'] as const) await stage.perform(queue, id);
    const legs = await stage.store.read(em => legsOfOrder(em, id));
    const legId = legs.find(({ beneficiary }) => beneficiary === 'reseller')?.id ?? ('' as LegId);
    await stage.perform('payout', legId);
    const batch = (await stage.store.read(em => findLeg(em, legId)))?.providerBatchId ?? '';
    await until(
      async () => (await stage.context.providers.paypal.getPayoutBatch(batch)).items[0]?.status === 'SUCCESS',
    );
    return {
      id: legId,
      queue: 'payout',
      provider: 'paypal',
      operation: 'get-payout',
      match: batch,
      answer: stage.lastAnswer(`/payouts/${batch}`),
      async judge() {
        const leg = await stage.store.read(em => findLeg(em, legId));
        expect(leg?.status).to.be.oneOf(['PAID', 'NEEDS_REVIEW']);
      },
    };
  });
});
