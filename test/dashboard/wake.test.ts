/** Covers: dashboard/routes/decisions.ts, queues/next-job.ts. */
import { expect } from 'chai';
import { jobForOrder } from '../../queues/next-job.ts';
import { findOrder } from '../../store/orders/orders.ts';
import { openWorld, operator, type visitor, type World } from './world.ts';

describe('the wake button', () => {
  let world: World;
  let admin: ReturnType<typeof visitor>;
  before(async () => {
    world = await openWorld();
    admin = await operator(world);
  });
  after(() => world.close());

  it('makes a new job under a new id, told and audited', async () => {
    const id = await world.addOrder();
    const answer = await admin.post(`/orders/${id}/wake`).expect(303);
    const woken = await world.store.read(em => findOrder(em, id));
    const job = jobForOrder(woken!)!;
    expect(job.id).to.equal(`fulfill-${id}-2-1`);
    expect(await world.producer.isLive(job, new Date())).to.equal(true);
    const page = await admin.get(answer.headers.location!).expect(200);
    expect(page.text).to.include('Woken: a new job was made').and.include('woken by an operator');
    expect((await world.audit())[0]).to.deep.include({
      action: 'wake order',
      target: { order: id },
      outcome: `done: ${job.id}`,
    });
  });

  it('makes nothing where only a person can move the order', async () => {
    const id = await world.addOrder({ status: 'NEEDS_REVIEW', reason: 'FRAUD_RISK' });
    const answer = await admin.post(`/orders/${id}/wake`).expect(303);
    expect((await admin.get(answer.headers.location!)).text).to.include('There was nothing to wake');
    const { wake, nextCheckAt } = (await world.store.read(em => findOrder(em, id)))!;
    expect({ wake, nextCheckAt }).to.deep.equal({ wake: 0, nextCheckAt: null });
  });
});
