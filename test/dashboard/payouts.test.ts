/** Covers: dashboard/pages/payouts.ts, dashboard/routes/payouts.ts. */
import { expect } from 'chai';
import type { LegState } from '../../domain/payout-leg.ts';
import { findLeg } from '../../store/payouts/legs.ts';
import { soldWithPayout, wayTo } from './order-in-state.ts';
import { openWorld, operator, type visitor, type World } from './world.ts';

describe('the page of payouts', () => {
  let world: World;
  let admin: ReturnType<typeof visitor>;
  const sold = new Map<LegState, Awaited<ReturnType<typeof soldWithPayout>>>();
  const states = ['PAID', 'FAILED', 'RETURNED', 'REVERSED', 'UNCLAIMED', 'NEEDS_REVIEW'] as const;
  before(async () => {
    world = await openWorld();
    admin = await operator(world);
    for (const state of states) {
      const reason = state === 'FAILED' ? 'RECEIVER_UNREGISTERED' : null;
      sold.set(state, await soldWithPayout(world, wayTo(state), reason));
    }
  });
  after(() => world.close());

  const shown = async (path: string): Promise<LegState[]> => {
    const { text } = await admin.get(path).expect(200);
    return [...sold].filter(([, { order }]) => text.includes(`href="/orders/${order}"`)).map(([state]) => state);
  };

  it('is reached from the overview, which counts what came back', async () => {
    const { text } = await admin.get('/').expect(200);
    const tile = /<a class="tile bad" href="([^"]+)"><b>(\d+)<\/b><span>payouts held up/.exec(text);
    expect(tile?.[2]).to.equal('5');
    expect(await shown(tile![1]!)).to.have.members(states.filter(state => state !== 'PAID'));
    for (const state of states) {
      expect(text).to.include(`<a href="/payouts?state=${state}">1</a>`);
      expect(await shown(`/payouts?state=${state}`)).to.deep.equal([state]);
    }
    expect(await shown('/payouts')).to.have.members([...states]);
  });

  it('shows one reseller’s, and those of one reason', async () => {
    expect(await shown('/payouts?reason=RECEIVER_UNREGISTERED')).to.deep.equal(['FAILED']);
    expect(await shown(`/payouts?receiver=${world.reseller.email.toUpperCase()}`)).to.have.length(states.length);
    expect(await shown(`/payouts?receiver=${world.admin.email}&state=&reason=`)).to.deep.equal([]);
    for (const wrong of ['state=LOST', 'page=0', `reason=${'x'.repeat(65)}`])
      await admin.get(`/payouts?${wrong}`).expect(400);
  });

  it('has what did not arrive paid again, and nothing else', async () => {
    const { text } = await admin.get('/payouts').expect(200);
    const again = [...sold].filter(([, { leg }]) => text.includes(`action="/legs/${leg}/decide"`));
    expect(again.map(([state]) => state)).to.have.members(['FAILED', 'RETURNED', 'REVERSED', 'UNCLAIMED']);
    const { order, leg } = sold.get('RETURNED')!;
    const [, fields = ''] = text.split(`action="/legs/${leg}/decide"`);
    const typed = [...fields.split('</form>')[0]!.matchAll(/name="(\w+)" value="([^"]+)"/g)];
    const answer = await admin
      .post(`/legs/${leg}/decide`)
      .type('form')
      .send(Object.fromEntries(typed.map(([, name, value]) => [name, value])))
      .expect(303);
    expect(answer.headers.location).to.equal(`/orders/${order}`);
    expect((await world.store.read(em => findLeg(em, leg)))?.status).to.equal('PENDING');
  });

  it('says when an order is held, and its list is reached from the overview too', async () => {
    const { order } = sold.get('FAILED')!;
    await world.store.transaction(em => em.execute(`update orders set frozen_for = 'DISPUTE' where id = ?`, [order]));
    expect((await admin.get('/payouts?state=FAILED')).text).to.include('held: DISPUTE');
    const { text } = await admin.get('/').expect(200);
    expect(text).to.match(/<a class="tile bad" href="#held"><b>1<\/b><span>orders held/);
    expect(text).to.include('<div id="held">').and.include('href="/orders?frozen=DISPUTE"');
  });
});
