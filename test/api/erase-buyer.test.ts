/** Covers: api/routes/erasure.ts, store/forgetting/erase-by-email.ts, transactions/erase-buyer.ts. */
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Address } from '../../domain/address.ts';
import type { EventId } from '../../domain/ids.ts';
import { closeEvent, findEvent, storeEvent } from '../../store/events/inbound-events.ts';
import { dismissEvent } from '../../store/events/untaken-events.ts';
import { berlin } from '../support/stage.ts';
import { dispute, openDispute, storeNews } from '../workers/events/paypal-news.ts';
import { tablesThatName, tablesThatShow } from '../workers/forgetting/traces.ts';
import { importFrom, intentsOf, notesOf, placeOnEbay } from '../workers/workbench.ts';
import { capture, fillCart } from './cart.ts';
import { type Api, type Member, openApi } from './open-api.ts';
import { delivered } from './post-webhook.ts';
import { expectProblem } from './problem.ts';

const person = {
  ...berlin,
  fullName: 'Philippa Underhill',
  line1: '77 Quincunx Lane',
  city: 'Zwolle',
  postalCode: '80117',
  phone: '+49 171 5550199',
  email: 'Pip@Underhill.example',
};
const traces = /Philippa|Underhill|Quincunx|Zwolle|5550199|pip@/i;

describe('api: a buyer who wants to be forgotten', () => {
  let api: Api;
  let seller: Member;
  beforeEach(async () => {
    api = await openApi();
    seller = await api.hire();
  });
  afterEach(() => api[Symbol.asyncDispose]());

  const goods = (options: Parameters<typeof api.stage.stockUp>[1] = {}) => api.stage.stockUp(seller, options);
  const ofOrder = (id: string) => api.call('POST', `/api/admin/orders/${id}/erase-buyer`, { as: api.admin });
  const byEmail = (email: string) => api.call('POST', '/api/admin/erase-buyer', { as: api.admin, body: { email } });
  const checkout = async (stock = 5) => (await api.stage.checkout(await goods({ stock }), { shipTo: person })).id;
  const paid = async (stock = 5) => {
    const id = await checkout(stock);
    await api.stage.perform('capture-payment', id);
    return id;
  };
  const bought = async () => {
    const id = await paid();
    await api.stage.drain();
    expect((await api.stage.order(id)).status).to.equal('PURCHASED');
    return id;
  };
  const onEbay = async (shipTo: Address = person) => {
    const sold = await goods({ listedOn: 'ebay', cost: 1_000n });
    const number = await placeOnEbay(api.stage, seller, { lines: [{ goods: sold, totalMinor: 4_999 }], shipTo });
    const [order] = await importFrom(api.stage, seller, 'ebay', number);
    return order?.id ?? '';
  };
  const isErased = async (id: string) => (await api.stage.order(id)).buyerErasedAt !== null;

  it('at our own checkout is named nowhere any more, in PayPal’s messages neither; the books stay', async () => {
    const cart = await fillCart(api, await goods(), 1, person);
    const approve = () => api.stage.control('approve', { paypalOrderId: cart.paypalOrderId });
    await delivered(api, approve);
    await delivered(api, () => capture(api, cart).then(() => api.stage.drain()));
    expect((await api.stage.order(cart.orderId)).status).to.equal('PURCHASED');
    const captured = JSON.stringify({ ...person, note: 'as the buyer entered it' });
    await storeEventOf(cart.paypalOrderId, captured);
    expect(await tablesThatName(api.stage, traces)).to.include.members(['orders', 'effects', 'inbound_events']);
    expect(await tablesThatShow(api.stage, traces), 'sealed at rest').to.deep.equal([]);
    const books = await api.rows('select * from ledger_postings order by id');
    await api.stage.drain();

    const answer = await ofOrder(cart.orderId);
    expect(answer.json, answer.text).to.deep.equal({ id: cart.orderId, erased: [cart.orderId] });
    expect(await tablesThatName(api.stage, traces)).to.deep.equal([]);
    expect(await api.rows('select * from ledger_postings order by id')).to.deep.equal(books);
    const [last] = (await notesOf(api.stage, cart.orderId)).slice(-1);
    expect(last).to.equal('at the wish of the buyer: name, address and contact of the buyer are erased');
    expect((await ofOrder(cart.orderId)).status, 'again is harmless').to.equal(200);
  });

  /** Dealt with, and about this order of PayPal’s. */
  const storeEventOf = async (subject: string, body: string) =>
    api.stage.store.transaction(async em => {
      const event = { source: 'paypal', eventId: randomUUID(), type: 'CHECKOUT.ORDER.SAVED', subject } as const;
      await storeEvent(em, { ...event, body: Buffer.from(body), wanted: false });
    });

  it('is not forgotten while the order may still be paid for, and it is said until when', async () => {
    const id = await checkout();
    const { createdAt } = await api.stage.order(id);
    const answer = await ofOrder(id);
    expectProblem(answer, 409, 'PAYMENT_MAY_COME');
    expect(answer.json.detail).to.include(new Date(createdAt.getTime() + 86_400_000).toISOString());
    expect(await isErased(id)).to.equal(false);
  });

  it('is not forgotten while a payment is pending', async () => {
    const id = await checkout();
    await api.rows(`update orders set status = 'CANCELLED' where id = ?`, [id]);
    await api.rows(
      `insert into payments (id, order_id, provider, reference, status, amount_minor, currency, raw_status)
       values (gen_random_uuid(), ?, 'paypal', 'CAP-1', 'PENDING', 2999, 'USD', 'PENDING')`,
      [id],
    );
    expectProblem(await ofOrder(id), 409, 'PAYMENT_MAY_COME');
  });

  it('is not forgotten before the goods are bought', async () => {
    const id = await paid();
    expectProblem(await ofOrder(id), 409, 'BUYER_NEEDED');
    await api.stage.perform('fulfill', id);
    expectProblem(await ofOrder(id), 409, 'BUYER_NEEDED');
  });

  it('is not forgotten while the frozen request of a purchase may leave once more', async () => {
    const id = await paid();
    await api.stage.perform('fulfill', id);
    await api.stage.control('faults', {
      provider: 'aliexpress',
      operation: 'order-create',
      kind: 'drop-reply',
      times: 1,
    });
    await api.stage.perform('purchase', id);
    const [effect] = await intentsOf(api.stage, 'buy', id);
    const answer = await ofOrder(id);
    expectProblem(answer, 409, 'RESEND_OPEN');
    expect(answer.json.detail).to.include(effect?.resendUntil?.toISOString());
    expect(effect?.request).to.include(person.line1);
  });

  it('is not forgotten while a capture is in doubt, whatever became of the order', async () => {
    const id = await checkout();
    await api.rows(`update orders set status = 'CANCELLED' where id = ?`, [id]);
    await api.rows(
      `insert into effects (id, purpose, subject, route, account, environment, idempotency_key, request, sends, first_sent_at, last_sent_at)
       values (gen_random_uuid(), 'capture', ?, 'paypal', 'a', 'sandbox', 'capture-x', 'X', 1, clock_now(), clock_now())`,
      [id],
    );
    expectProblem(await ofOrder(id), 409, 'RESEND_OPEN');
  });

  it('is not forgotten while their money is here for nothing, or disputed', async () => {
    const failed = await paid(0);
    await api.stage.drain();
    expect((await api.stage.order(failed)).status).to.equal('FAILED');
    expectProblem(await ofOrder(failed), 409, 'REFUND_OPEN');

    const disputed = await bought();
    const [payment] = await api.rows('select reference from payments where order_id = ?', [disputed]);
    await dispute(api.stage, payment?.reference, openDispute);
    expectProblem(await ofOrder(disputed), 409, 'REFUND_OPEN');
  });

  it('is not forgotten before what was told of the order is read', async () => {
    const id = await bought();
    const { externalOrderId } = await api.stage.order(id);
    const event = await storeNews(api.stage, 'CHECKOUT.ORDER.COMPLETED', { id: externalOrderId });
    expectProblem(await ofOrder(id), 409, 'MESSAGE_UNREAD');
    await api.stage.perform('apply-event', event);
    expect((await ofOrder(id)).status).to.equal(200);
  });

  it('is not forgotten while a message about the order has failed and nobody has looked at it', async () => {
    const id = await bought();
    const { externalOrderId } = await api.stage.order(id);
    const event = await storeNews(api.stage, 'CHECKOUT.ORDER.COMPLETED', { id: externalOrderId });
    const { store } = api.stage;
    await store.transaction(em => closeEvent(em, event as EventId, 'FAILED', 'odd'));
    expectProblem(await ofOrder(id), 409, 'MESSAGE_UNREAD');
    const stored = await store.read(em => findEvent(em, event as EventId));
    expect(Buffer.from(stored?.body ?? []).toString()).to.include(externalOrderId);
    await store.transaction(em => dismissEvent(em, event as EventId, 'an operator'));
    expect((await ofOrder(id)).status).to.equal(200);
  });

  it('of several lines is forgotten in all of them, or in none', async () => {
    const [lamp, chair] = [
      await goods({ listedOn: 'ebay', cost: 1_000n }),
      await goods({ listedOn: 'ebay', cost: 1_000n }),
    ];
    const lines = [lamp, chair].map(sold => ({ goods: sold, totalMinor: 4_999 }));
    const number = await placeOnEbay(api.stage, seller, { lines, shipTo: person });
    const ids = (await importFrom(api.stage, seller, 'ebay', number)).map(({ id }) => id);
    const [first = '', second = ''] = ids;
    await api.rows(`update orders set status = 'CANCELLED' where id = ?`, [first]);
    await api.rows(`update payments set status = 'REFUNDED' where order_id = ?`, [first]);
    const answer = await ofOrder(first);
    expectProblem(answer, 409, 'BUYER_NEEDED');
    expect(answer.json.detail).to.include(second);
    expect(await isErased(first)).to.equal(false);
    await api.rows(`update orders set status = 'CANCELLED' where id = ?`, [second]);
    await api.rows(`update payments set status = 'REFUNDED' where order_id = ?`, [second]);
    expect((await ofOrder(first)).json.erased).to.have.members([first, second]);
    expect([await isErased(first), await isErased(second)]).to.deep.equal([true, true]);
  });

  it('of an order that does not exist is not found', async () => {
    expectProblem(await ofOrder(randomUUID()), 404, 'NOT_FOUND');
  });

  it('is found by e-mail at every channel, however it is written; what must wait says why and until when', async () => {
    const [done, sold, open, other] = [await bought(), await onEbay(), await checkout(), await onEbay(berlin)];
    // A full-width letter is the same letter.
    const answer = await byEmail('  ｐIP@underhill.EXAMPLE ');
    expect(answer.status, answer.text).to.equal(200);
    const { erased, waiting } = answer.json;
    expect(erased).to.deep.equal([done]);
    expect(waiting.map(({ id, code }: { id: string; code: string }) => [id, code])).to.deep.equal([
      [sold, 'BUYER_NEEDED'],
      [open, 'PAYMENT_MAY_COME'],
    ]);
    expect(waiting[0]).to.include({ until: null }).and.have.property('why').that.includes('PAID');
    expect(Date.parse(waiting[1].until)).to.be.greaterThan(Date.now());
    expect(await isErased(done)).to.equal(true);
    expect((await api.stage.order(other)).shipTo).to.deep.equal(berlin);
    const asked = await api.rows('select id from orders where erase_asked_at is not null order by created_at');
    expect(asked.map(({ id }) => id)).to.deep.equal([done, sold, open]);
  });

  it('by an address that no order names changes nothing; by none is refused', async () => {
    const id = await bought();
    expect((await byEmail('somebody@else.example')).json).to.deep.equal({ erased: [], waiting: [] });
    expect(await isErased(id)).to.equal(false);
    expect(expectProblem(await byEmail('nobody'), 400, 'INVALID_INPUT')).to.deep.equal(['email']);
  });
});
