/** Covers: store/send-once.ts, workers/processors.ts. */
import { expect } from 'chai';
import { changeSettings } from '../../store/accounts/users.ts';
import { ledgerTotals } from '../../store/money/ledger.ts';
import { parcelsOf } from '../../store/orders/parcels.ts';
import { supplierOrdersOf } from '../../store/orders/supplier-orders.ts';
import { legsOfOrder } from '../../store/payouts/legs.ts';
import type { Failpoint } from '../../workers/context/context.ts';
import { processors } from '../../workers/processors.ts';
import { createStage, type SandboxEffect, type Seller, type Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';

const failpoints: readonly Failpoint[] = ['effect-opened', 'effect-sending', 'effect-answered', 'effect-closed'];

/** Where each effect is caused, and how an order gets there with the effect still to come. */
type Row = {
  queue: 'capture-payment' | 'purchase' | 'payout' | 'refund' | 'track-shipment';
  kind: SandboxEffect['kind'];
  prepare(): Promise<{ order: string; subject: string }>;
  ended(order: string): Promise<boolean>;
  /** What one order causes of this kind in all. */
  effects: number;
  /** Its own name, where the queue's is not enough. */
  what?: string;
  /** Payoneer deduplicates nothing: what may have been sent is for a person, which `death-anywhere` shows. */
  except?: Failpoint;
};

describe('a process that dies at any point of any effect', () => {
  let stage: Stage;
  let seller: Seller;
  let payee: Seller;
  before(async () => {
    stage = await createStage();
    await stage.control('balance', { provider: 'payoneer', currency: 'USD', amountMinor: '1000000' });
    seller = await stage.hireSeller();
    payee = await stage.hireSeller();
    await stage.store.transaction(async em => {
      await changeSettings(em, seller.id, { refundPolicy: 'automatic' });
      await changeSettings(em, payee.id, { payoutProvider: 'payoneer', payoutReceiver: 'payee-1' });
    });
  });
  after(() => stage[Symbol.asyncDispose]());

  const statusIs = (wanted: string) => async (id: string) => (await stage.order(id)).status === wanted;
  const legs = (id: string) => stage.store.read(em => legsOfOrder(em, id as never));
  const bought = async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    await stage.perform('fulfill', id);
    return id;
  };

  const rows: readonly Row[] = [
    {
      queue: 'capture-payment',
      kind: 'capture',
      effects: 1,
      prepare: async () => {
        const { id } = await stage.checkout(await stage.stockUp(seller));
        return { order: id, subject: id };
      },
      ended: statusIs('PURCHASED'),
    },
    {
      queue: 'purchase',
      kind: 'supplier-order',
      effects: 1,
      prepare: async () => {
        const id = await bought();
        return { order: id, subject: id };
      },
      ended: statusIs('PURCHASED'),
    },
    {
      queue: 'payout',
      kind: 'payout',
      effects: 2,
      prepare: async () => {
        const id = await bought();
        await stage.perform('purchase', id);
        await stage.perform('create-sale', id);
        const [leg] = await legs(id);
        return { order: id, subject: leg?.id ?? '' };
      },
      ended: async id => (await legs(id)).every(({ status }) => status === 'PAID'),
    },
    {
      queue: 'payout',
      what: 'payout by Payoneer',
      kind: 'payout',
      effects: 2,
      except: 'effect-sending',
      prepare: async () => {
        const { id } = await stage.paidOrder(await stage.stockUp(payee));
        for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
        const leg = (await legs(id)).find(({ route }) => route === 'payoneer');
        return { order: id, subject: leg?.id ?? '' };
      },
      ended: async id => (await legs(id)).every(({ status }) => status === 'PAID'),
    },
    {
      queue: 'refund',
      kind: 'refund',
      effects: 1,
      prepare: async () => {
        const { id } = await stage.paidOrder(await stage.stockUp(seller, { stock: 0 }));
        await stage.perform('fulfill', id);
        await stage.perform('purchase', id);
        return { order: id, subject: id };
      },
      ended: statusIs('REFUNDED'),
    },
    {
      queue: 'track-shipment',
      kind: 'ship-notice',
      effects: 1,
      prepare: async () => {
        const id = await bought();
        await stage.perform('purchase', id);
        await stage.perform('create-sale', id);
        const [row] = await stage.store.read(em => supplierOrdersOf(em, id as never));
        const tracking = [{ trackingNumber: `LP${row?.number}` }];
        await stage.control('supplier', { number: row?.number, status: 'WAIT_BUYER_ACCEPT_GOODS', tracking });
        return { order: id, subject: id };
      },
      ended: async id => {
        const [parcel] = await stage.store.read(em => parcelsOf(em, id as never));
        return parcel?.toldAt != null && (await stage.order(id)).status === 'SHIPPED';
      },
    },
  ];

  const dieAt = async (row: Row, subject: string, at: Failpoint): Promise<void> => {
    const died = new Error(`died at ${at}`);
    const context = {
      ...stage.context,
      failpoint: (name: Failpoint) => {
        if (name === at) throw died;
      },
    };
    const run = processors[row.queue] as (payload: Record<string, string>, ctx: typeof context) => Promise<string>;
    const end = await run({ orderId: subject, legId: subject }, context).catch((error: unknown) => error);
    expect(end, 'the process died there').to.equal(died);
  };

  const ofOrder = async (row: Row, order: string): Promise<SandboxEffect[]> => {
    const { externalOrderId } = await stage.order(order);
    // A sale channel knows the order by its own number only.
    const subjects = [order, ...(await legs(order)).map(({ id }) => id), externalOrderId ?? order];
    const mentions = (effect: SandboxEffect) => `${effect.key} ${effect.detail.customId ?? ''}`;
    return (await stage.effects(row.kind)).filter(effect => subjects.some(id => mentions(effect).includes(id)));
  };

  for (const row of rows)
    for (const failpoint of failpoints.filter(point => point !== row.except))
      it(`${row.what ?? row.queue}, ${failpoint}: the effect happens once and the order ends`, async () => {
        const { order, subject } = await row.prepare();
        await dieAt(row, subject, failpoint);
        // What was left in the queue died with the process: the sweep alone carries the order on.
        stage.jobs.length = 0;
        await until(async () => {
          await stage.sweepAndDrain();
          return row.ended(order);
        });
        expect(await ofOrder(row, order)).to.have.length(row.effects);
        const totals = await stage.store.read(em => ledgerTotals(em));
        expect(totals.every(({ amountMinor }) => amountMinor === 0n)).to.equal(true);
      });
});
