import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import type { Effect } from '../../../store/entities/money.ts';
import { findOrder } from '../../../store/orders/orders.ts';
import { findLeg } from '../../../store/payouts/legs.ts';
import { berlin } from '../../support/stage.ts';
import { addEffect, payFor, soldWithPayout } from '../order-in-state.ts';
import { openWorld, operator, visitor, type World } from '../world.ts';

describe('what an operator decides', () => {
  let world: World;
  let admin: ReturnType<typeof visitor>;
  before(async () => {
    world = await openWorld();
    admin = await operator(world);
  });
  after(() => world.close());

  /** Stopped after it was let through to be bought. */
  const inReview = () =>
    world.addOrder({
      status: 'NEEDS_REVIEW',
      reason: 'PROGRAM_ERROR',
      shipTo: berlin,
      maxCostMinor: 2_500n,
      fxRate: '1',
    });
  const orderOf = async (id: OrderId) => (await world.store.read(em => findOrder(em, id)))!;
  const paid = (id: OrderId) => payFor(world, id);
  const purchase = (id: OrderId, facts: Partial<Effect>) => addEffect(world, { purpose: 'buy', subject: id, ...facts });
  /** Its order is booked and done; nobody knows whether its share has arrived. */
  const payoutInReview = () => soldWithPayout(world, ['SENT', 'NEEDS_REVIEW'], 'EFFECT_UNPROVEN');
  const decide = (id: string, fields: object, as = admin) =>
    as
      .post(`/orders/${id}/decide`)
      .type('form')
      .send({ why: 'looked at the site', ...fields });
  const offered = async (id: string) =>
    [...(await admin.get(`/orders/${id}`).expect(200)).text.matchAll(/name="decision" value="([a-z-]+)"/g)].map(
      ([, value]) => value,
    );

  it('is offered where the evidence is, and only what the facts allow', async () => {
    const [unpaid, untouched, doubtful, ordered] = [
      await inReview(),
      await inReview(),
      await inReview(),
      await inReview(),
    ];
    for (const id of [untouched, doubtful]) await paid(id);
    await purchase(doubtful, { status: 'OPEN' });
    await purchase(ordered, { status: 'DONE' });
    expect(await offered(unpaid)).to.deep.equal(['fail']);
    expect(await offered(untouched)).to.deep.equal(['supplied', 'buy-again', 'refunded', 'fail']);
    const open = ['bought', 'bought-for', 'supplied', 'buy-again', 'refunded', 'fail'];
    expect(await offered(doubtful)).to.deep.equal(open);
    expect(await offered(ordered)).to.deep.equal(['go-on', 'bought-for', 'not-coming']);
    expect(await offered(await world.addOrder())).to.deep.equal([]);
  });

  it('moves the order, and is kept with who decided and why', async () => {
    const id = await inReview();
    const answer = await decide(id, { decision: 'fail' }).expect(303);
    expect(await orderOf(id)).to.include({ status: 'FAILED', reason: 'DECIDED_BY_PERSON' });
    const page = await admin.get(answer.headers.location!).expect(200);
    expect(page.text).to.include('decided by a person (fail): looked at the site');
    expect((await world.audit())[0]).to.deep.include({
      operator: world.admin.email,
      action: 'decide order: fail',
      target: { order: id },
      outcome: 'done',
    });
  });

  it('follows a purchase under the numbers that were typed, however they are separated', async () => {
    const id = await inReview();
    await purchase(id, { status: 'OPEN' });
    const numbers = ['8193000000000001', '8193000000000002'];
    await decide(id, { decision: 'bought', supplierOrders: `${numbers[0]},  ${numbers[1]} ` }).expect(303);
    expect(await orderOf(id)).to.include({ status: 'PURCHASING' });
    const { text } = await admin.get(`/orders/${id}`);
    for (const number of numbers) expect(text).to.include(number);
  });

  it('is refused where the facts are against it, with the reason, and nothing has changed', async () => {
    const id = await inReview();
    await purchase(id, { status: 'DONE' });
    expect((await decide(id, { decision: 'buy-again' }).expect(409)).text).to.include('GOODS_ORDERED');
    expect((await world.audit())[0]?.outcome).to.match(/^failed: goods are ordered/);
    expect(await orderOf(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'PROGRAM_ERROR' });
  });

  it('pays a payout anew of which somebody has seen that it did not happen', async () => {
    const { order, leg } = await payoutInReview();
    const form = `action="/legs/${leg}/decide"`;
    expect((await admin.get(`/orders/${order}`)).text)
      .to.include(form)
      .and.include('The payout of');
    const answer = await admin
      .post(`/legs/${leg}/decide`)
      .type('form')
      .send({ decision: 'not-paid', why: 'no such payout in the activity list' })
      .expect(303);
    expect(answer.headers.location).to.equal(`/orders/${order}`);
    expect((await world.store.read(em => findLeg(em, leg)))?.status).to.equal('PENDING');
    expect((await admin.get(`/orders/${order}`)).text).not.to.include(form);
    expect((await world.audit())[0]).to.deep.include({ action: 'decide payout: not-paid', target: { payout: leg } });
  });

  it('is not guessed from a form that says too little, or too much', async () => {
    const id = await inReview();
    for (const fields of [{}, { decision: 'bought' }, { decision: 'fail', why: '' }, { decision: 'burn' }])
      await decide(id, fields).expect(400);
    await decide(id, { decision: 'fail', supplierOrders: '8193000000000001' }).expect(400);
    await decide('1', { decision: 'fail' }).expect(404);
    expect(await orderOf(id)).to.include({ status: 'NEEDS_REVIEW' });
  });

  it('is for logged-in admins, from a page of ours', async () => {
    const id = await inReview();
    await decide(id, { decision: 'fail' }, visitor(world)).expect(401);
    await admin.post(`/orders/${id}/decide`, 'https://elsewhere.example').expect(403);
    expect(await orderOf(id)).to.include({ status: 'NEEDS_REVIEW' });
  });
});
