/** Covers: dashboard/routes/orders.ts, transactions/wake-order.ts. */
import { expect } from 'chai';
import { jobForOrder } from '../../queues/next-job.ts';
import { findOrder } from '../../store/orders/orders.ts';
import { findLeg } from '../../store/payouts/legs.ts';
import { insertLeg } from '../store/fixtures.ts';
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

  it('is drawn where there is something to wake, and a payout that has ended is left alone', async () => {
    const [before, orderId] = [
      await world.addOrder({ status: 'SHIPPED' }),
      await world.addOrder({ status: 'DELIVERED' }),
    ];
    const { id } = await world.store.transaction(async em => {
      const leg = await insertLeg(em, { status: 'PAID' });
      await em.execute('update payout_legs set order_id = ? where id = ?', [orderId, leg.id]);
      return leg;
    });
    const isDrawn = async (order: string) => (await admin.get(`/orders/${order}`)).text.includes('>Wake</button>');
    expect([await isDrawn(before), await isDrawn(orderId)]).to.deep.equal([true, false]);
    await admin.post(`/orders/${orderId}/wake`).expect(303);
    expect((await world.audit())[0]?.outcome).to.equal('done: nothing to wake');
    expect((await world.store.read(em => findLeg(em, id)))?.wake).to.equal(0);
  });
});
