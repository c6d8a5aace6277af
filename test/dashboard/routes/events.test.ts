import { expect } from 'chai';
import type { InboundEvent } from '../../../store/entities/order.ts';
import {
  closeEvent,
  findEvent,
  forgetEvents,
  type NewEvent,
  storeEvent,
} from '../../../store/events/inbound-events.ts';
import { openWorld, operator, type visitor, type World } from '../world.ts';

describe('the page of events that nothing has come of', () => {
  let world: World;
  let admin: ReturnType<typeof visitor>;
  before(async () => {
    world = await openWorld();
    admin = await operator(world);
  });
  after(() => world.close());

  let count = 0;
  const stored = async (facts: Partial<NewEvent> = {}): Promise<InboundEvent> => {
    count += 1;
    const event = { source: 'ebay', eventId: `event-${count}`, type: 'ORDER_CONFIRMATION', wanted: true } as const;
    const body = Buffer.from('{"orderId":"<b>12-34567-89012</b>"}');
    const row = await world.store.transaction(async em => {
      const told = await storeEvent(em, { ...event, body, subject: `subject-${count}`, ...facts });
      return told && findEvent(em, told.id);
    });
    if (!row) throw new Error('stored before');
    return row;
  };
  const failed = async (facts: Partial<NewEvent> = {}): Promise<InboundEvent> => {
    const event = await stored(facts);
    await world.store.transaction(em => closeEvent(em, event.id, 'FAILED', `no account knows <order ${count}>`));
    return event;
  };
  const look = async () => (await admin.get('/events').expect(200)).text;
  const statusOf = async ({ id }: InboundEvent) => (await world.store.read(em => findEvent(em, id)))?.status;

  it('shows each with its source, its type, when it came and why; the overview leads there', async () => {
    const event = await failed();
    const page = await look();
    expect(page).to.include('ORDER_CONFIRMATION').and.include(`/orders?q=${event.subject}`);
    expect(page)
      .to.include(`no account knows &lt;order ${count}&gt;`)
      .and.match(/<time datetime="20/);
    expect((await admin.get('/').expect(200)).text).to.match(/1 failed.*href="\/events"/s);
  });

  it('shows what was told, as text', async () => {
    const event = await failed();
    const body = await admin.get(`/events/${event.id}/body`).expect(200);
    expect(body.headers['content-type']).to.match(/^text\/plain/);
    expect(body.text).to.include('<b>12-34567-89012</b>');
    await admin.get('/events/00000000-0000-4000-8000-000000000000/body').expect(404);
  });

  it('shows one that waits for longer than ten minutes, and none that has just come', async () => {
    const [old, fresh] = [await stored(), await stored()];
    await world.store.transaction(em =>
      em.execute(`update inbound_events set received_at = now() - interval '16 minutes' where id = ?`, [old.id]),
    );
    const page = await look();
    expect(page).to.include(`${old.subject}`).and.not.include(`${fresh.subject}`);
    await admin.post(`/events/${old.id}/dismiss`).expect(409);
  });

  it('takes an event once more, and writes down who wanted it', async () => {
    const event = await failed();
    await admin.post(`/events/${event.id}/again`).expect(303);
    expect(await statusOf(event)).to.equal('RECEIVED');
    expect(
      await world.producer.isLive(
        { queue: 'import-order', id: `import-order-${event.id}-2-0`, payload: {} },
        new Date(),
      ),
    ).to.equal(true);
    expect((await world.audit())[0]).to.include({ action: 'take event again', operator: world.admin.email });
    await admin.post(`/events/${event.id}/again`).expect(409);
  });

  it('offers nothing to be taken from what nobody can read, and lets it be dismissed', async () => {
    const event = await stored({ type: 'UNREADABLE_ELEMENT', wanted: false, unreadable: 'an element of a list' });
    expect(await statusOf(event)).to.equal('FAILED');
    const page = await look();
    expect(page).to.include('an element of a list').and.not.include(`/events/${event.id}/again`);
    await admin.post(`/events/${event.id}/again`).expect(409);
    await admin.post(`/events/${event.id}/dismiss`).expect(303);
    expect(await statusOf(event)).to.equal('IGNORED');
    expect(await look()).not.to.include(event.id);
    expect((await world.audit())[0]).to.include({ action: 'dismiss event', outcome: 'done' });
  });

  it('takes up no event whose text was forgotten: nothing in it tells of the sale any more', async () => {
    const event = await failed();
    await forgetEvents(world.store, new Date(Date.now() + 31 * 86_400_000));
    expect(await look())
      .to.include(`/events/${event.id}/dismiss`)
      .and.not.include(`/events/${event.id}/again`);
    await admin.post(`/events/${event.id}/again`).expect(409);
    expect(await statusOf(event)).to.equal('FAILED');
  });
});
