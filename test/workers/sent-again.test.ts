import { expect } from 'chai';
import type { LegId, OrderId } from '../../domain/ids.ts';
import { Terminal } from '../../domain/outcome.ts';
import type { EffectPurpose } from '../../store/entities/money.ts';
import { findLeg, legsOfOrder } from '../../store/legs.ts';
import { paymentsOf } from '../../store/payments.ts';
import { changeSettings } from '../../store/users.ts';
import type { Providers } from '../../workers/context.ts';
import { createStage, type Seller, type Stage } from '../support/stage.ts';
import { fromNow, hourMs, intentsOf, performWith, rows } from './workbench.ts';

type Provider = 'paypal' | 'aliexpress' | 'payoneer';

/** An effect whose first call brought no answer, and had not been performed either. */
type Row = {
  what: string;
  queue: 'capture-payment' | 'purchase' | 'payout' | 'refund';
  purpose: EffectPurpose;
  provider: Provider;
  operation: string;
  /** The client's method that sends it. */
  method: string;
  prepare(): Promise<string>;
  /** Changes everything that a request made anew would be made from. */
  change(subject: string): Promise<unknown>;
};

describe('an effect that is sent again', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    await stage.control('balance', { provider: 'payoneer', currency: 'USD', amountMinor: '100000' });
    seller = await stage.hireSeller();
    await stage.store.transaction(em => changeSettings(em, seller.id, { refundPolicy: 'automatic' }));
  });
  after(() => stage[Symbol.asyncDispose]());

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

  const capture: Row = {
    what: 'a capture',
    queue: 'capture-payment',
    purpose: 'capture',
    provider: 'paypal',
    operation: 'capture',
    method: 'captureOrder',
    prepare: async () => (await stage.checkout(await stage.stockUp(seller))).id,
    change: async id => {
      const other = await stage.checkout(await stage.stockUp(seller));
      await sql(`update orders set external_order_id = null where id = ?`, other.id);
      await sql(`update orders set external_order_id = ? where id = ?`, other.externalOrderId, id);
    },
  };
  const buy: Row = {
    what: 'a purchase',
    queue: 'purchase',
    purpose: 'buy',
    provider: 'aliexpress',
    operation: 'order-create',
    method: 'createOrder',
    prepare: () => paid(),
    change: id => sql(`update orders set ship_to = ship_to || '{"line1": "Elsewhere 1"}' where id = ?`, id),
  };
  const pay: Row = {
    what: 'a payout by PayPal',
    queue: 'payout',
    purpose: 'pay',
    provider: 'paypal',
    operation: 'create-payout',
    method: 'createPayout',
    prepare: () => legOf(seller),
    change: id => sql(`update payout_legs set receiver = 'elsewhere@example.com' where id = ?`, id),
  };
  const refund: Row = {
    what: 'a refund',
    queue: 'refund',
    purpose: 'refund',
    provider: 'paypal',
    operation: 'refund',
    method: 'refundCapture',
    prepare: async () => {
      const id = await paid(seller, 0);
      await stage.perform('purchase', id);
      return id;
    },
    change: async id => {
      const [payment] = await stage.store.read(em => paymentsOf(em, id as OrderId));
      await sql(
        `insert into refunds (id, payment_id, order_id, reference, kind, status, amount_minor, currency)
         values (gen_random_uuid(), ?, ?, ?, 'refund', 'COMPLETED', 500, 'USD')`,
        payment?.id,
        id,
        `BY-HAND-${id}`,
      );
    },
  };

  /** Watches what leaves; `answer`, when it is given, is what comes back instead. */
  const watch = ({ provider, method }: Row, answer?: () => never) => {
    const sent: string[] = [];
    const client = new Proxy(stage.context.providers[provider] as object, {
      get(target, key) {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== 'function' || key !== method) return member;
        return async (...parameters: unknown[]) => {
          // The last one says only when to give up.
          sent.push(JSON.stringify(parameters.slice(0, -1)));
          answer?.();
          const answered: unknown = await member.apply(target, parameters);
          return answered;
        };
      },
    });
    return { sent, providers: { [provider]: client } as Partial<Providers> };
  };

  const lose = ({ provider, operation }: Row) =>
    stage.control('faults', { provider, operation, kind: 'status', status: 502, times: 1 });
  const statusOf = async ({ queue }: Row, id: string) =>
    queue === 'payout'
      ? (await stage.store.read(em => findLeg(em, id as LegId)))?.status
      : (await stage.order(id)).status;

  for (const row of [capture, buy, pay, refund])
    it(`is the same to the byte, key and all: ${row.what}`, async () => {
      const id = await row.prepare();
      const { sent, providers } = watch(row);
      await lose(row);
      expect(await performWith(stage, { providers }, row.queue, id)).to.match(/^uncertain/);
      await row.change(id);
      await performWith(stage, { providers }, row.queue, id);
      expect(sent).to.have.length(2);
      expect(sent[1]).to.equal(sent[0]);
      expect((await intentsOf(stage, row.purpose, id)).map(({ status, sends }) => [status, sends])).to.deep.equal([
        ['DONE', 2],
      ]);
    });

  for (const row of [buy, pay, refund])
    it(`without a proof that nothing happened stays in doubt when it is refused: ${row.what}`, async () => {
      const id = await row.prepare();
      await lose(row);
      await stage.perform(row.queue, id);
      const before = await statusOf(row, id);
      const { providers } = watch(row, () => {
        throw new Terminal('REFUSED_NOW', 'no');
      });
      expect(await performWith(stage, { providers }, row.queue, id)).to.match(/^uncertain \(EFFECT_CONTRADICTED\)/);
      expect(await statusOf(row, id)).to.equal(before);
      expect((await intentsOf(stage, row.purpose, id)).map(({ status }) => status)).to.deep.equal(['OPEN']);
    });

  it('does not exist at Payoneer: it is looked for within the hour, and then a person’s', async () => {
    const payee = await stage.hireSeller();
    const settings = { payoutProvider: 'payoneer', payoutReceiver: 'payee-1' } as const;
    await stage.store.transaction(em => changeSettings(em, payee.id, settings));
    const row: Row = { ...pay, provider: 'payoneer', prepare: () => legOf(payee) };
    const id = await row.prepare();
    const { sent, providers } = watch(row);
    await lose(row);
    await performWith(stage, { providers }, 'payout', id);
    for (const hours of [0, 0.9])
      expect(await performWith(stage, { providers, now: fromNow(hours * hourMs) }, 'payout', id)).to.match(
        /^uncertain \(EFFECT_UNKNOWN\)/,
      );
    await performWith(stage, { providers, now: fromNow(1.1 * hourMs) }, 'payout', id);
    expect(await statusOf(row, id)).to.equal('NEEDS_REVIEW');
    expect(sent).to.have.length(1);
  });
});
