import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import type { Store } from '../../../store/database/open.ts';
import { eraseBuyerByEmail } from '../../../store/forgetting/erase-by-email.ts';
import { overStates } from '../../../store/forgetting/erasure-hold.ts';
import { claimForgetting, goOnAt, scheduleForgetting, theForgetting } from '../../../store/forgetting/schedule.ts';
import { endRestore, openRestore } from '../../../store/restore.ts';
import { forgetBuyers } from '../../../workers/forgetting/forget-buyers.ts';
import { berlin, createStage, type Goods, type Seller, type Stage } from '../../support/stage.ts';
import { timelineLines } from '../../support/timeline-lines.ts';
import { storeNews } from '../events/paypal-news.ts';
import {
  dayMs,
  fromNow,
  importFrom,
  intentsOf,
  notesOf,
  orderToBuy,
  performWith,
  placeOnEbay,
  rows,
} from '../workbench.ts';
import { tablesThatName } from './traces.ts';

const person = { ...berlin, fullName: 'Philippa Underhill', line1: '77 Quincunx Lane', email: 'pip@underhill.example' };
const traces = /Philippa|Underhill|Quincunx|pip@/i;
const hours = 3_600;

describe('forget-buyers', () => {
  let stage: Stage;
  let seller: Seller;
  let goods: Goods;
  beforeEach(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    goods = await stage.stockUp(seller);
    await stage.store.transaction(em => scheduleForgetting(em, new Date()));
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const forgetting = async () => {
    const row = await stage.store.read(theForgetting);
    if (!row) throw new Error('there is no forgetting');
    return row;
  };
  const run = async () => stage.perform('forget-buyers', (await forgetting()).id);
  const isErased = async (id: string) => (await stage.order(id)).buyerErasedAt !== null;
  /** At our checkout, left by its buyer, and given up after a day. */
  const neverPaid = async (): Promise<OrderId> => {
    const { id, externalOrderId } = await stage.checkout(goods, { approve: false, shipTo: person });
    const shipping = { name: { full_name: person.fullName } };
    await stage.perform(
      'apply-event',
      await storeNews(stage, 'CHECKOUT.ORDER.SAVED', { id: externalOrderId, shipping }),
    );
    await stage.passTime(24 * hours + 60);
    await stage.perform('capture-payment', id);
    expect((await stage.order(id)).status).to.equal('CANCELLED');
    return id;
  };
  const bought = async (): Promise<OrderId> => {
    const { id } = await orderToBuy(stage, goods, 1, person);
    await stage.perform('purchase', id);
    await stage.perform('create-sale', id);
    return id;
  };

  it('forgets who never paid, a day after nobody can pay any more, and not before', async () => {
    const id = await neverPaid();
    expect(await run()).to.equal('run 1 has ended: the buyers of 0 orders were forgotten');
    expect(await isErased(id)).to.equal(false);
    await stage.passTime(24 * hours);
    expect(await run()).to.equal('run 2 has ended: the buyers of 1 orders were forgotten');
    expect(await tablesThatName(stage, traces)).to.deep.equal([]);
    expect((await notesOf(stage, id)).at(-1)).to.include('nobody paid: name, address');
    const { rule, cursor, nextCheckAt } = await forgetting();
    expect([rule, cursor]).to.deep.equal([null, null]);
    expect(nextCheckAt?.getTime()).to.be.closeTo(stage.context.now().getTime() + 3_600_000, 60_000);
  });

  it('takes back a capture that never left, and leaves who may have paid', async () => {
    const effect = (id: string, sent: string | null) =>
      rows(
        stage,
        `insert into effects (id, purpose, subject, route, account, environment, idempotency_key, request, sends, first_sent_at, last_sent_at)
         values (gen_random_uuid(), 'capture', ?, 'paypal', 'a', 'sandbox', ?, 'X', 0, ?, ?)`,
        [id, randomUUID(), sent, sent],
      );
    const [unsent, inDoubt, pending] = [await neverPaid(), await neverPaid(), await neverPaid()];
    await effect(unsent, null);
    await effect(inDoubt, stage.context.now().toISOString());
    await rows(
      stage,
      `insert into payments (id, order_id, provider, reference, status, amount_minor, currency, raw_status)
       values (gen_random_uuid(), ?, 'paypal', 'CAP-1', 'PENDING', 2999, 'USD', 'PENDING')`,
      [pending],
    );
    await stage.passTime(30 * 24 * hours);
    await run();
    expect([await isErased(unsent), await isErased(inDoubt), await isErased(pending)]).to.deep.equal([
      true,
      false,
      false,
    ]);
    expect((await intentsOf(stage, 'capture', unsent))[0]).to.include({ status: 'DISPROVEN', lastCode: 'WITHDRAWN' });
  });

  it('forgets whose order is closed for as many days as are set; what is still open keeps its buyer', async () => {
    const closed = await bought();
    const waiting = (await stage.paidOrder(goods)).id;
    const noGoods = await stage.stockUp(seller, { stock: 0 });
    const unrefunded = (await stage.paidOrder(noGoods)).id;
    await stage.perform('fulfill', unrefunded);
    await stage.perform('purchase', unrefunded);
    expect((await stage.order(unrefunded)).status).to.equal('FAILED');
    const { orderPersonDays } = stage.config;
    expect(orderPersonDays).to.equal(180);
    await stage.at(fromNow(179 * dayMs), run);
    expect(await isErased(closed)).to.equal(false);
    await stage.at(fromNow(181 * dayMs), run);
    expect(await isErased(closed)).to.equal(true);
    expect([await isErased(waiting), await isErased(unrefunded)]).to.deep.equal([false, false]);
    expect((await notesOf(stage, closed)).at(-1)).to.include('nothing has happened for 180 days: name, address');
    const [{ request } = { request: '' }] = await intentsOf(stage, 'buy', closed);
    expect(request).to.equal('{"erased":true}');
  });

  it('forgets who asked by e-mail as soon as nothing of theirs is open', async () => {
    const { id } = await stage.checkout(goods, { shipTo: person });
    await stage.perform('capture-payment', id);
    const { erased, waiting } = await eraseBuyerByEmail(stage.store, person.email, seller.id);
    expect([erased, waiting.map(({ code }) => code)]).to.deep.equal([[], ['BUYER_NEEDED']]);
    await run();
    expect(await isErased(id)).to.equal(false);
    await stage.drain();
    expect((await stage.order(id)).status).to.equal('PURCHASED');
    await run();
    expect(await isErased(id)).to.equal(true);
    expect((await notesOf(stage, id)).at(-1)).to.include('at the wish of the buyer');
  });

  /** Two lines of one order at eBay: nothing is bought for the first any more, the other is still to be bought. */
  const twoLines = async (): Promise<readonly [OrderId, OrderId]> => {
    const lines = await Promise.all([1, 2].map(() => stage.stockUp(seller, { listedOn: 'ebay', cost: 1_000n })));
    const sold = lines.map(line => ({ goods: line, totalMinor: 4_999 }));
    const number = await placeOnEbay(stage, seller, { lines: sold, shipTo: person });
    const [over, open] = await importFrom(stage, seller, 'ebay', number);
    if (!over || !open) throw new Error('there are not two lines');
    await cancel(over.id);
    return [over.id, open.id];
  };
  const cancel = async (id: OrderId) => {
    await rows(stage, `update orders set status = 'CANCELLED' where id = ?`, [id]);
    await rows(stage, `update payments set status = 'REFUNDED' where order_id = ?`, [id]);
  };

  it('forgets the lines of one marketplace order together, or none of them', async () => {
    const [over, open] = await twoLines();
    await stage.at(fromNow(181 * dayMs), run);
    expect([await isErased(over), await isErased(open)]).to.deep.equal([false, false]);
    await cancel(open);
    const said = await stage.at(fromNow(181 * dayMs), run);
    expect(said).to.include('the buyers of 2 orders were forgotten');
    expect([await isErased(over), await isErased(open)]).to.deep.equal([true, true]);
  });

  it('forgets who asked by e-mail in all lines together, also in one that does not name the address', async () => {
    const [over, open] = await twoLines();
    await rows(stage, 'update orders set email_hash = null where id = ?', [open]);
    const { erased, waiting } = await eraseBuyerByEmail(stage.store, person.email, seller.id);
    expect(erased).to.deep.equal([]);
    expect(waiting.map(({ id, code }) => [id, code])).to.have.deep.members([
      [over, 'BUYER_NEEDED'],
      [open, 'BUYER_NEEDED'],
    ]);
    expect(waiting.find(({ id }) => id === over)?.note).to.include(`line ${open}`);
    await cancel(open);
    await run();
    expect([await isErased(over), await isErased(open)]).to.deep.equal([true, true]);
  });

  it('empties the frozen request of a purchase that never left', async () => {
    const { id } = await orderToBuy(stage, goods, 1, person);
    const failpoint = async (name: string) => {
      if (name === 'effect-opened') throw new Error('died');
    };
    await performWith(stage, { failpoint }, 'purchase', id).catch(() => undefined);
    expect((await intentsOf(stage, 'buy', id))[0])
      .to.include({ status: 'OPEN' })
      .and.have.property('request')
      .that.includes(person.line1);
    await rows(stage, `update orders set status = 'CANCELLED' where id = ?`, [id]);
    await rows(stage, `update payments set status = 'REFUNDED' where order_id = ?`, [id]);
    await stage.at(fromNow(181 * dayMs), run);
    expect(await isErased(id)).to.equal(true);
    expect((await intentsOf(stage, 'buy', id))[0]).to.include({ status: 'DISPROVEN', request: '{"erased":true}' });
  });

  it('forgets nobody while a restored database may not know that they paid', async () => {
    const id = await neverPaid();
    await stage.passTime(24 * hours);
    await stage.store.transaction(em => openRestore(em));
    await run();
    expect(await isErased(id)).to.equal(false);
    await stage.store.transaction(em => endRestore(em, 'a person'));
    await run();
    expect(await isErased(id)).to.equal(true);
  });

  it('finds what is closed by an index of exactly the states that are over', async () => {
    const [index] = await rows<{ indexdef: string }>(
      stage,
      `select indexdef from pg_indexes where indexname = 'orders_over'`,
    );
    const named = [...(index?.indexdef ?? '').matchAll(/'([A-Z]+)'/g)].map(([, state]) => state);
    expect(named).to.have.members([...overStates]);
  });

  it('is begun by the sweep', async () => {
    await rows(stage, `update forgettings set next_check_at = clock_now() - interval '1 minute'`);
    const said = await stage.sweepAndDrain('due');
    expect(said).to.include('forget-buyers: run 1 has ended: the buyers of 0 orders were forgotten');
  });

  /** Over for days, and never paid. */
  const leave = (count: number) =>
    rows<{ id: OrderId }>(
      stage,
      `insert into orders (id, user_id, channel, quantity, sale_minor, sale_currency, proceeds_held_by, supplier_paid_by,
         status, ship_to, updated_at)
       select gen_random_uuid(), ?, 'paypal', 1, 100, 'USD', 'platform', 'platform', 'CANCELLED', ?::jsonb,
         clock_now() - interval '9 days' + n * interval '1 second' from generate_series(1, ?) n returning id`,
      [seller.id, JSON.stringify(person), count],
    );
  const erasures = async () => {
    const erased = await rows<{ orders: number }>(
      stage,
      'select count(*)::int as orders from orders where buyer_erased_at is not null',
    );
    const notes = (await timelineLines(stage)).filter(({ note }) => note.startsWith('nobody paid:')).length;
    return erased.map(({ orders }) => ({ orders, notes }));
  };

  it('that dies half-way goes on where it was, and does nothing twice', async () => {
    await leave(120);
    let left = 70;
    const away = Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
    const store: Store = {
      ...stage.store,
      transaction: work => (left-- === 0 ? Promise.reject(away) : stage.store.transaction(work)),
    };
    const { id } = await forgetting();
    expect(
      await forgetBuyers({ forgettingId: id }, { ...stage.context, store }).catch((e: Error) => e.message),
    ).to.equal('gone');
    const { rule, cursor, forgotten } = await forgetting();
    expect([rule, cursor !== null, forgotten]).to.deep.equal(['never paid', true, 50]);
    expect((await erasures())[0]?.orders).to.be.within(51, 119);
    expect(await run()).to.match(/^run 1 has ended/);
    expect(await erasures()).to.deep.equal([{ orders: 120, notes: 120 }]);
  });

  it('has one run at a time: who was overtaken writes no more', async () => {
    await leave(3);
    const { id } = await forgetting();
    const overtaken = await stage.store.transaction(em => claimForgetting(em, id));
    await run();
    const late = stage.store.transaction(em => goOnAt(em, overtaken!, { rule: 'asked', cursor: null }, 1));
    expect(await late.catch((error: Error) => error.name)).to.equal('LostClaim');
    expect((await forgetting()).rule).to.equal(null);
  });

  it('is not kept by one order that cannot be erased from forgetting the others', async () => {
    const [broken] = await leave(3);
    await stage.asOwner(
      `create function break_one() returns trigger language plpgsql as $$ begin raise 'broken'; end $$;
       create trigger break_one before update on orders for each row when (new.id = '${broken?.id}'
         and new.buyer_erased_at is not null) execute function break_one()`,
    );
    expect(await run()).to.equal('run 1 has ended: the buyers of 2 orders were forgotten');
    expect(await isErased(broken?.id ?? '')).to.equal(false);
  });
});
