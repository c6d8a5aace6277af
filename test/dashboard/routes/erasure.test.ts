import { expect } from 'chai';
import { findOrder } from '../../../store/orders/orders.ts';
import { berlin } from '../../support/stage.ts';
import { openWorld, operator, type visitor, type World } from '../world.ts';

describe('a buyer who wants to be forgotten, on the dashboard', () => {
  let world: World;
  let admin: ReturnType<typeof visitor>;
  before(async () => {
    world = await openWorld();
    admin = await operator(world);
  });
  after(() => world.close());

  const shipTo = { ...berlin, email: 'greta@vogel.example' };
  const over = () => world.addOrder({ status: 'CANCELLED', shipTo });
  const erased = async (id: Awaited<ReturnType<typeof over>>) =>
    (await world.store.read(em => findOrder(em, id)))?.buyerErasedAt != null;

  it('is forgotten at the press of a button on the order’s page, which then says so', async () => {
    const order = await over();
    const page = await admin.get(`/orders/${order}`).expect(200);
    expect(page.text).to.include('Greta Vogel').and.include(`action="/orders/${order}/erase-buyer"`);
    await admin.post(`/orders/${order}/erase-buyer`).expect(303).expect('location', `/orders/${order}`);
    expect(await erased(order)).to.equal(true);
    const after = await admin.get(`/orders/${order}`).expect(200);
    expect(after.text).to.include('The buyer was erased').and.not.include('Greta').and.not.include('erase-buyer');
    expect((await world.audit())[0]).to.deep.include({ action: 'erase a buyer', target: { order }, outcome: 'done' });
  });

  it('has no button where something is still open: the page says what, and the deed is refused for the same', async () => {
    const order = await world.addOrder({ status: 'PAID', shipTo });
    const page = await admin.get(`/orders/${order}`).expect(200);
    expect(page.text).to.include('cannot be forgotten yet').and.include('BUYER_<wbr>NEEDED');
    expect(page.text).not.to.include('erase-buyer');
    const refused = await admin.post(`/orders/${order}/erase-buyer`).expect(409);
    expect(refused.text).to.include('BUYER_NEEDED');
    expect(await erased(order)).to.equal(false);
    expect((await world.audit())[0]?.outcome).to.match(/^failed: .*BUYER_NEEDED/);
  });

  it('is forgotten by e-mail address; what waits is listed; neither page nor audit keeps the address', async () => {
    const [done, open] = [await over(), await world.addOrder({ status: 'PAID', shipTo })];
    expect((await admin.get('/buyers').expect(200)).text).to.include('action="/buyers/erase"');
    const { text } = await admin.post('/buyers/erase').type('form').send({ email: 'GRETA@vogel.example' }).expect(200);
    expect(text).to.include(`Erased from <a href="/orders/${done}"`).and.include(`href="/orders/${open}"`);
    expect(text).to.include('BUYER_<wbr>NEEDED').and.not.match(/vogel/i);
    expect([await erased(done), await erased(open)]).to.deep.equal([true, false]);
    const [entry] = await world.audit();
    expect(entry).to.include({ action: 'erase a buyer by e-mail' });
    expect(entry?.outcome).to.include(done).and.include(open);
    expect(JSON.stringify(entry)).not.to.match(/vogel/i);
    expect((await admin.get(`/orders/${open}`)).text).to.match(/The buyer asked .* to be forgotten/s);
  });

  it('is told when no order names the address, and a mistake in it is told as well', async () => {
    const ask = (email: string) => admin.post('/buyers/erase').type('form').send({ email });
    expect((await ask('nobody@here.example').expect(200)).text).to.include('nobody was erased');
    await ask('no address').expect(400);
  });
});
