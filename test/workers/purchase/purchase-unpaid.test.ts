/** Covers: workers/purchase/supplier-patience.ts, workers/purchase/follow-purchase.ts. */
import { expect } from 'chai';
import { Terminal } from '../../../domain/call-outcome.ts';
import type { Context } from '../../../workers/context/context.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import {
  type Changes,
  connectAliExpress,
  fromNow,
  hourMs,
  notesOf,
  orderToBuy,
  performWith,
  reservationsOf,
  rows,
  santiago,
} from '../workbench.ts';

describe('a purchase that the supplier has not been paid for', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());

  /** AliExpress does not pay by itself for Chile. */
  const placedUnpaid = async (options: Parameters<Stage['stockUp']>[1] = {}, quantity = 1) => {
    const order = await orderToBuy(stage, await stage.stockUp(seller, options), quantity, santiago);
    await stage.perform('purchase', order.id);
    const numbers = await rows<{ number: string }>(
      stage,
      'select number from supplier_orders where order_id = ? order by number',
      [order.id],
    );
    return { id: order.id, numbers: numbers.map(({ number }) => number) };
  };

  const move = (number: string, change: object) => stage.control('supplier', { number, ...change });
  const close = (number: string) => move(number, { status: 'FINISH', endReason: 'CANCELED' });
  const held = async (id: string) => (await reservationsOf(stage, id)).map(({ status }) => status);

  it('waits with its number and the deadline, and is looked at again', async () => {
    const { id, numbers } = await placedUnpaid();
    const order = await stage.order(id);
    expect(order).to.include({ status: 'WAITING', waitReason: 'SUPPLIER_UNPAID' });
    expect(order.nextCheckAt).to.be.an.instanceOf(Date);
    expect((await notesOf(stage, id)).at(-1)).to.match(
      new RegExp(`pay AliExpress order ${numbers[0]} on the site by \\d{4}-`),
    );
    expect(await stage.perform('purchase', id)).to.equal('still WAITING (SUPPLIER_UNPAID)');
    expect(await held(id)).to.deep.equal(['HELD']);
  });

  it('is bought at its real cost when somebody pays it by hand', async () => {
    const goods = await stage.stockUp(seller);
    await stage.control('products', {
      productId: goods.supplierProductId,
      skus: [{ skuId: goods.skuId, skuAttr: '14:173#Blue', priceMinor: '1250', stock: 5 }],
      shippingFeeMinor: '199',
      actualShippingMinor: '263',
    });
    const order = await orderToBuy(stage, goods, 1, santiago);
    await stage.perform('purchase', order.id);
    const [bought] = await rows<{ number: string }>(stage, 'select number from supplier_orders where order_id = ?', [
      order.id,
    ]);
    await stage.control('pay', { number: bought?.number });
    expect(await stage.perform('purchase', order.id)).to.equal('PURCHASED');
    expect(await reservationsOf(stage, order.id)).to.deep.equal([{ status: 'CONSUMED', amount: '1513', payer: null }]);
    expect((await notesOf(stage, order.id)).at(-1)).to.include('15.13 USD paid to the supplier');
  });

  it('is bought only when each of its supplier orders is paid', async () => {
    const { id, numbers } = await placedUnpaid({ ordersPerCreate: 2 }, 2);
    expect(numbers).to.have.length(2);
    await stage.control('pay', { number: numbers[0] });
    expect(await stage.perform('purchase', id)).to.equal('still WAITING (SUPPLIER_UNPAID)');
    await stage.control('pay', { number: numbers[1] });
    expect(await stage.perform('purchase', id)).to.equal('PURCHASED');
  });

  it('takes a payment that AliExpress examines for no payment, and asks nobody to pay once more', async () => {
    const { id, numbers } = await placedUnpaid();
    await move(numbers[0] ?? '', { status: 'RISK_CONTROL_HOLD' });
    expect(await stage.perform('purchase', id)).to.equal('PURCHASING');
    expect((await notesOf(stage, id)).at(-1)).to.include('nobody is to pay again');
    expect(await held(id)).to.deep.equal(['HELD']);
  });

  it('fails, and its money is free again, when it closes before anybody paid', async () => {
    const { id, numbers } = await placedUnpaid();
    await close(numbers[0] ?? '');
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'FAILED', reason: 'SUPPLIER_PAYMENT_EXPIRED' });
    expect(await held(id)).to.deep.equal(['RELEASED']);
  });

  it('warns when the deadline is near', async () => {
    const { id } = await placedUnpaid();
    const warnings: unknown[] = [];
    const log = { ...stage.context.log, warn: (...line: unknown[]) => warnings.push(line) } as Context['log'];
    await performWith(stage, { log, now: fromNow(17 * hourMs) }, 'purchase', id);
    expect(warnings).to.have.length(0);
    await performWith(stage, { log, now: fromNow(19 * hourMs) }, 'purchase', id);
    expect(warnings).to.have.length(1);
  });

  it('is only asked about with the account that placed it: waits for that one when another has taken its place', async () => {
    const { id, numbers } = await placedUnpaid();
    const [name = ''] = seller.email.split('@');
    await connectAliExpress(stage, seller, { name: `platform-new-${name}` });
    await stage.control('pay', { number: numbers[0] });
    expect(await stage.perform('purchase', id)).to.match(/^WAITING \(RECONNECT_NEEDED\)/);
    expect(await held(id)).to.deep.equal(['HELD']);
    await connectAliExpress(stage, seller, { name: `platform-${name}` });
    expect(await stage.perform('purchase', id)).to.equal('PURCHASED');
  });

  it('is not to be paid any more once its buyer has the money back: it expires, or is cancelled', async () => {
    const { id, numbers } = await placedUnpaid();
    for (const change of [`status = 'PURCHASING', wait_reason = null`, `frozen_for = 'PAYMENT_REVERSED'`])
      await rows(stage, `update orders set ${change} where id = ?`, [id]);
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' });
    expect((await notesOf(stage, id)).at(-1)).to.include(`do not pay AliExpress order ${numbers[0]}`);
  });

  const reviews: readonly {
    when: string;
    happens: (numbers: readonly [string, string], id: string) => Promise<unknown>;
    changes?: () => Changes;
  }[] = [
    { when: 'one of its two orders is closed', happens: ([first]) => close(first) },
    {
      when: 'the supplier wants its address completed',
      happens: ([first]) => move(first, { status: 'WAIT_COMPLETE_ADDRESS' }),
    },
    { when: 'the supplier says something new', happens: ([first]) => move(first, { status: 'TELEPORTED' }) },
    {
      when: 'our application is refused when it asks',
      happens: async () => undefined,
      changes: () => ({
        config: { allowBrowserAutomation: true },
        providers: {
          aliexpress: {
            ...stage.context.providers.aliexpress,
            getOrder: () => Promise.reject(new Terminal('ALIEXPRESS_INVALID_APP_KEY', 'unknown')),
          },
        },
      }),
    },
  ];
  for (const { when, happens, changes } of reviews)
    it(`is for a person to look at when ${when}, and its money stays held`, async () => {
      const { id, numbers } = await placedUnpaid({ ordersPerCreate: 2 }, 2);
      const [first = '', second = ''] = numbers;
      await happens([first, second], id);
      await performWith(stage, changes?.() ?? {}, 'purchase', id);
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' });
      expect(await held(id)).to.deep.equal(['HELD']);
    });
});
