/** Covers: transactions/erase-buyer.ts, workers/forgetting/marketplace-account-deletion.ts. */
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { storeEvent } from '../../../store/events/inbound-events.ts';
import { decideOrder } from '../../../transactions/decisions/decide-order.ts';
import { berlin, createStage, type Goods, type Seller, type Stage } from '../../support/stage.ts';
import { timelineLines } from '../../support/timeline-lines.ts';
import { connectAliExpress, importFrom, intentsOf, notesOf, placeOnEbay, reservationsOf, rows } from '../workbench.ts';
import { tablesThatName } from './traces.ts';

const person = {
  ...berlin,
  fullName: 'Philippa Underhill',
  line1: '77 Quincunx Lane',
  city: 'Zwolle',
  postalCode: '80117',
  phone: '+49 171 5550199',
  email: 'pip@underhill.example',
};
/** Its postcode may also stand in an amount. */
const traces = /Philippa|Underhill|Quincunx|Zwolle|5550199|pip@/i;

describe('a buyer who has left eBay', () => {
  let stage: Stage;
  let seller: Seller;
  let goods: Goods;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    goods = await stage.stockUp(seller, { listedOn: 'ebay', cost: 1_000n });
  });
  after(() => stage[Symbol.asyncDispose]());

  const newName = () => `buyer-${randomUUID().slice(0, 8)}`;
  const deletion = (username: string, userId?: string) => ({
    metadata: { topic: 'MARKETPLACE_ACCOUNT_DELETION' },
    notification: { notificationId: randomUUID(), data: { username, userId, eiasToken: `eias-${username}` } },
  });
  const tell = async (body: ReturnType<typeof deletion>): Promise<string> => {
    const event = await stage.store.transaction(em =>
      storeEvent(em, {
        source: 'ebay',
        eventId: body.notification.notificationId,
        type: body.metadata.topic,
        body: Buffer.from(JSON.stringify(body)),
        wanted: true,
      }),
    );
    if (!event) throw new Error('told before');
    return event.id;
  };
  const sentInline = (order: Awaited<ReturnType<typeof imported>>, to: Seller, body: object) =>
    stage.store.transaction(em =>
      storeEvent(em, {
        source: 'inline',
        eventId: randomUUID(),
        type: 'INLINE_ORDER',
        subject: order.externalOrderId ?? '',
        headers: { 'x-shop-customer': person.email },
        body: Buffer.from(JSON.stringify(body)),
        credentialId: to.ebay.id,
        wanted: true,
      }),
    );
  const erase = async (username: string, userId?: string): Promise<string> =>
    stage.perform('apply-event', await tell(deletion(username, userId)));
  const imported = async (buyer: string, sold = goods) => {
    const orderId = await placeOnEbay(stage, seller, {
      lines: [{ goods: sold, totalMinor: 4_999 }],
      shipTo: person,
      buyer,
    });
    const [order] = await importFrom(stage, seller, 'ebay', orderId);
    if (!order) throw new Error('not imported');
    stage.jobs.length = 0;
    return order;
  };
  const purchasing = async (buyer: string, sold = goods) => {
    const { id } = await imported(buyer, sold);
    await stage.perform('fulfill', id);
    expect(await stage.order(id)).to.include({ status: 'PURCHASING' });
    stage.jobs.length = 0;
    return id;
  };
  const lostReply = async (id: string) => {
    await stage.control('faults', {
      provider: 'aliexpress',
      operation: 'order-create',
      kind: 'drop-reply',
      times: 1,
    });
    expect(await stage.perform('purchase', id)).to.match(/^uncertain/);
  };

  it('is named nowhere any more, whatever state their orders were in; ids, amounts and states stay', async () => {
    const username = newName();
    const named = new RegExp(`${traces.source}|${username}`, 'i');
    const bought = await purchasing(username);
    await stage.perform('purchase', bought);
    await stage.perform('create-sale', bought);
    const paid = await imported(username);
    await stage.store.transaction(em =>
      em.execute(`insert into order_events (order_id, kind, note, detail) values (?, 'noted', ?, ?::jsonb)`, [
        paid.id,
        `the supplier refuses the address of Underhill (${person.line1}, ${person.postalCode}): 80117.50 USD`,
        JSON.stringify({
          evidence: { claimed: { buyer: { name: 'P. U.' } } },
          said: [person.email, 'order 12-80117-1'],
        }),
      ]),
    );
    const told = await sentInline(paid, seller, { orderId: paid.externalOrderId, buyer: { name: person.fullName } });
    expect(await tablesThatName(stage, named)).to.include.members([
      'orders',
      'effects',
      'order_events',
      'inbound_events',
    ]);
    const facts = `select id, sale_minor, sale_currency, external_order_id, product_id, fx_rate from orders order by id`;
    const books = `select * from ledger_postings order by id`;
    const before = [await rows(stage, facts), await rows(stage, books)];

    expect(await erase(username)).to.equal('a buyer was erased from 2 orders');
    expect(await tablesThatName(stage, new RegExp(`${named.source}|eias-`, 'i'))).to.deep.equal([]);
    expect([await rows(stage, facts), await rows(stage, books)]).to.deep.equal(before);
    expect(await stage.order(bought)).to.include({ status: 'PURCHASED', shipTo: null, buyerAccount: null });
    expect((await notesOf(stage, paid.id)).join('\n')).to.include(
      'the supplier refuses the address of [erased] ([erased], [erased]): 80117.50 USD',
    );
    const line = (await timelineLines(stage, { orderId: paid.id })).find(({ detail }) => detail?.said !== undefined);
    expect(line?.detail).to.deep.equal({
      evidence: { claimed: { buyer: '[erased]' } },
      said: ['[erased]', 'order 12-80117-1'],
    });
    expect(await stage.perform('import-order', told?.id ?? '')).to.match(/^nothing to do/);
    const [audited] = await rows<object>(
      stage,
      'select operator, action, outcome from operator_audit order by id desc',
    );
    expect(audited).to.deep.equal({ operator: 'eBay', action: 'erase a buyer', outcome: 'done' });
  });

  it('is found by their user name or by their id, and nobody else is erased', async () => {
    const [byName, byId, other] = [await imported(newName()), await imported(newName()), await imported(newName())];
    expect(await erase(byName.buyerAccount ?? '')).to.match(/from 1 orders/);
    expect(await erase('changed-since', byId.buyerAccount ?? '')).to.match(/from 1 orders/);
    expect(await stage.order(other.id)).to.deep.include({ shipTo: person, status: other.status });
  });

  it('leaves what another shop has sent about an order of the same number', async () => {
    const neighbour = await stage.hireSeller();
    const order = await imported(newName());
    const own = await sentInline(order, seller, { orderId: order.externalOrderId });
    const others = await sentInline(order, neighbour, { orderId: order.externalOrderId });
    await erase(order.buyerAccount ?? '');
    const unread = await rows(stage, `select id from inbound_events where id in (?, ?) and body <> ''`, [
      own?.id ?? '',
      others?.id ?? '',
    ]);
    expect(unread).to.deep.equal([{ id: others?.id }]);
  });

  it('is erased once, however often eBay says so; a stranger changes nothing but the message', async () => {
    const { id, buyerAccount } = await imported(newName());
    const event = await tell(deletion(buyerAccount ?? ''));
    await stage.perform('apply-event', event);
    const notes = await notesOf(stage, id);
    expect(await stage.perform('apply-event', event)).to.match(/^nothing to do/);
    expect(await erase(buyerAccount ?? '')).to.equal('a buyer was erased from 0 orders');
    expect(await notesOf(stage, id)).to.deep.equal(notes);
    const [stored] = await rows(stage, `select body, status from inbound_events where id = ?`, [event]);
    expect(stored).to.deep.equal({ body: Buffer.alloc(0), status: 'APPLIED' });
  });

  it('is not bought for: what was paid, waits or was let through is parked, and its money is free again', async () => {
    const username = newName();
    const [paid, unmapped, going] = [
      await imported(username),
      await imported(username, { ...goods, listingId: '99' }),
      await purchasing(username),
    ];
    await stage.perform('fulfill', unmapped.id);
    expect(await stage.order(unmapped.id)).to.include({ status: 'WAITING', waitReason: 'LISTING_NOT_MAPPED' });
    const { fence } = await stage.order(going);
    await erase(username);
    // Who has slept through it all owns the order no more, also when a person takes it up again.
    expect((await stage.order(going)).fence > fence).to.equal(true);
    for (const id of [paid.id, unmapped.id, going]) {
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'BUYER_ERASED' });
      for (const queue of ['fulfill', 'purchase'] as const)
        expect(await stage.perform(queue, id)).to.match(/^nothing to do/);
    }
    expect((await reservationsOf(stage, going)).map(({ status }) => status)).to.deep.equal(['RELEASED']);
    expect((await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(going))).to.deep.equal([]);
  });

  it('whose goods may have been ordered: a person looks, and the request goes when that is known', async () => {
    const username = newName();
    const id = await purchasing(username);
    await lostReply(id);
    await erase(username);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'BUYER_ERASED' });
    expect((await notesOf(stage, id)).join('\n')).to.include('nobody knows whether the goods were ordered');
    expect(await reservationsOf(stage, id), 'the money may be spent').to.have.nested.property('[0].status', 'HELD');
    const [open] = await intentsOf(stage, 'buy', id);
    expect(open?.status).to.equal('OPEN');
    expect(open?.request, 'it alone can tell').to.include(person.line1);
    await rows(stage, `update orders set status = 'PURCHASING', reason = null where id = ?`, [id]);
    // A resend is a send: nothing leaves for somebody who was erased.
    expect(await stage.perform('purchase', id)).to.match(/^NEEDS_REVIEW \(EFFECT_UNPROVEN\).*its buyer was erased/);
    expect((await intentsOf(stage, 'buy', id))[0]?.sends).to.equal(1);
    const [placed] = (await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id));
    const decision = { decision: 'bought' as const, supplierOrders: [placed?.reference ?? ''] };
    const deed = { decision, by: seller.id, why: 'looked there' };
    await stage.store.transaction(em => decideOrder(em, () => undefined, id as OrderId, deed));
    expect(await stage.perform('purchase', id)).to.equal('PURCHASED');
    const [done] = await intentsOf(stage, 'buy', id);
    expect(done).to.include({ status: 'DONE', request: '{"erased":true}' });
  });

  it('is not bought for either when a person takes the order up again', async () => {
    const username = newName();
    const [paid, going] = [await imported(username), await purchasing(username)];
    await erase(username);
    await rows(stage, `update orders set status = 'PAID', reason = null where id = ?`, [paid.id]);
    await rows(stage, `update orders set status = 'PURCHASING', reason = null where id = ?`, [going]);
    expect(await stage.perform('fulfill', paid.id)).to.match(/^NEEDS_REVIEW \(BUYER_ERASED\)/);
    expect(await stage.perform('purchase', going)).to.match(/^NEEDS_REVIEW \(BUYER_ERASED\)/);
  });

  it('whose purchase is under way right now: it stops before its call', async () => {
    const username = newName();
    const id = await purchasing(username);
    await stage.control('faults', {
      provider: 'aliexpress',
      operation: 'freight-query',
      kind: 'slow',
      delayMs: 400,
      times: 1,
    });
    const running = stage.perform('purchase', id);
    await erase(username);
    expect(await running).to.match(/another run owns the order/);
    expect((await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id))).to.deep.equal([]);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'BUYER_ERASED' });
  });

  it('whose goods are ordered and unpaid: they are followed on, without an address', async () => {
    await connectAliExpress(stage, seller, { name: newName(), autoPay: false });
    const username = newName();
    const id = await purchasing(username);
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'SUPPLIER_UNPAID' });
    await erase(username);
    const [{ number }] = (await rows(stage, 'select number from supplier_orders where order_id = ?', [id])) as [
      { number: string },
    ];
    await stage.control('pay', { number });
    expect(await stage.perform('purchase', id)).to.equal('PURCHASED');
  });

  it('stays erased when the marketplace still tells their address', async () => {
    const { id, buyerAccount, externalOrderId } = await imported(newName());
    await erase(buyerAccount ?? '');
    await importFrom(stage, seller, 'ebay', externalOrderId ?? '');
    expect(await stage.order(id)).to.include({ shipTo: null, buyerAccount: null });
  });

  it('only an erased buyer’s timeline may be rewritten, and only its words', async () => {
    const { id } = await imported(newName());
    const rewrite = () => rows(stage, `update order_events set note = 'nothing' where order_id = ?`, [id]);
    const refusalOf = (work: Promise<unknown>) => work.then(() => 'done').catch((error: Error) => error.message);
    expect(await refusalOf(rewrite())).to.include('append-only');
    await rows(
      stage,
      `update orders set ship_to = null, email_hash = null, name_hash = null, buyer_account = null, buyer_erased_at = now() where id = ?`,
      [id],
    );
    expect(await refusalOf(rewrite())).to.equal('done');
    for (const change of [
      `update order_events set kind = 'moved' where order_id = ?`,
      'delete from order_events where order_id = ?',
    ])
      expect(await refusalOf(stage.asOwner(change, [id]))).to.include('append-only');
  });
});
