import type { EffectPurpose } from '../../store/entities/money.ts';
import { legsOfOrder } from '../../store/payouts/legs.ts';
import { storePlainAddress } from '../support/opened.ts';
import { berlin, type SandboxEffect, type Seller, type Stage } from '../support/stage.ts';
import { rows } from './workbench.ts';

/** An effect that is about to be caused: one run of its queue sends it. */
export type ReadyEffect = {
  queue: 'capture-payment' | 'purchase' | 'payout' | 'refund';
  purpose: EffectPurpose;
  provider: 'paypal' | 'aliexpress' | 'payoneer';
  operation: string;
  /** The client's method that sends it. */
  method: string;
  /** What the provider calls it. */
  kind: SandboxEffect['kind'];
  table: 'orders' | 'payout_legs';
  prepare(): Promise<string>;
  /** Changes everything that a request made anew would be made from. */
  change(subject: string): Promise<unknown>;
};

/** One of each purpose, for a seller whose buyers are refunded automatically. */
export function readyEffects(stage: Stage, seller: Seller) {
  const paid = async (by = seller, stock = 50) => {
    const { id } = await stage.paidOrder(await stage.stockUp(by, { stock }));
    await stage.perform('fulfill', id);
    return id;
  };
  const legOf = async (by: Seller) => {
    const id = await paid(by);
    for (const queue of ['purchase', 'create-sale'] as const) await stage.perform(queue, id);
    const legs = await stage.store.read(em => legsOfOrder(em, id));
    return legs.find(({ beneficiary }) => beneficiary === 'reseller')?.id ?? '';
  };
  const sql = (statement: string, ...values: unknown[]) => rows(stage, statement, values);

  const capture: ReadyEffect = {
    queue: 'capture-payment',
    purpose: 'capture',
    provider: 'paypal',
    operation: 'capture',
    method: 'captureOrder',
    kind: 'capture',
    table: 'orders',
    prepare: async () => (await stage.checkout(await stage.stockUp(seller))).id,
    change: async id => {
      const other = await stage.checkout(await stage.stockUp(seller));
      await sql(`update orders set external_order_id = null where id = ?`, other.id);
      await sql(`update orders set external_order_id = ? where id = ?`, other.externalOrderId, id);
    },
  };
  const buy: ReadyEffect = {
    queue: 'purchase',
    purpose: 'buy',
    provider: 'aliexpress',
    operation: 'order-create',
    method: 'createOrder',
    kind: 'supplier-order',
    table: 'orders',
    prepare: () => paid(),
    change: id => storePlainAddress(stage.store, id, { ...berlin, line1: 'Elsewhere 1' }),
  };
  const pay: ReadyEffect = {
    queue: 'payout',
    purpose: 'pay',
    provider: 'paypal',
    operation: 'create-payout',
    method: 'createPayout',
    kind: 'payout',
    table: 'payout_legs',
    prepare: () => legOf(seller),
    change: id => sql(`update payout_legs set receiver = 'elsewhere@example.com' where id = ?`, id),
  };
  const refund: ReadyEffect = {
    queue: 'refund',
    purpose: 'refund',
    provider: 'paypal',
    operation: 'refund',
    method: 'refundCapture',
    kind: 'refund',
    table: 'orders',
    prepare: async () => {
      const id = await paid(seller, 0);
      await stage.perform('purchase', id);
      return id;
    },
    change: id => sql('update payments set amount_minor = amount_minor + 500 where order_id = ?', id),
  };
  return { capture, buy, pay, refund, legOf };
}
