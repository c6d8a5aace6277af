import { expect } from 'chai';
import { closeEvent, findEvent, storeEvent, wakeEvent } from '../../store/inbound-events.ts';
import { openTestStore, rowsOf, type TestStore } from './fixtures.ts';

describe('inbound events', () => {
  let db: TestStore;
  let events = 0;
  before(async () => {
    db = await openTestStore();
  });
  after(() => db[Symbol.asyncDispose]());

  type News = Parameters<typeof storeEvent>[1];
  const event = (facts: Partial<News> = {}): News => ({
    source: 'paypal',
    eventId: `WH-${events++}`,
    type: 'PAYMENT.CAPTURE.COMPLETED',
    headers: { 'paypal-transmission-id': 't-1' },
    body: Buffer.from('{"id":1}'),
    credentialId: null,
    wanted: true,
    ...facts,
  });
  const store = (news: News) => db.store.transaction(em => storeEvent(em, news));
  const read = async (id: Parameters<typeof findEvent>[1]) => (await db.store.read(em => findEvent(em, id)))!;

  it('are stored as they came, to the byte, with work left to do', async () => {
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x00, 0xc3, 0xa9, 0x22, 0x7d]);
    const row = await store(event({ body, headers: { 'x-ebay-signature': 'abc', odd: '"\\' } }));
    const kept = await read(row!.id);
    expect(Buffer.from(kept.body).equals(body)).to.equal(true);
    expect(kept.headers).to.deep.equal({ 'x-ebay-signature': 'abc', odd: '"\\' });
    expect(kept).to.include({ status: 'RECEIVED', stateEntry: 1, wake: 0, note: null });
    expect(kept.nextCheckAt!.getTime()).to.be.greaterThan(Date.now());
  });

  it('are one per source and id, however often they come and however many at once', async () => {
    const news = event();
    const rows = await Promise.all(Array.from({ length: 8 }, () => store(news)));
    expect(rows.filter(Boolean)).to.have.length(1);
    expect(await store({ ...news, body: Buffer.from('changed') })).to.equal(null);
    expect(await rowsOf(db.store, 'select id from inbound_events where event_id = ?', [news.eventId])).to.have.length(
      1,
    );
    // Another provider may use the same id for something else.
    expect(await store({ ...news, source: 'ebay' })).not.to.equal(null);
  });

  it('that nobody acts on are kept, and left alone', async () => {
    const row = await store(event({ wanted: false }));
    expect(row).to.include({ status: 'IGNORED', nextCheckAt: null });
    expect(await db.store.transaction(em => wakeEvent(em, row!.id))).to.equal(null);
  });

  it('are closed once, and are not woken after that', async () => {
    const { id } = (await store(event()))!;
    expect(await db.store.transaction(em => wakeEvent(em, id))).to.include({ wake: 1 });
    await db.store.transaction(em => closeEvent(em, id, 'APPLIED', 'order 7'));
    await db.store.transaction(em => closeEvent(em, id, 'FAILED', 'too late'));
    expect(await read(id)).to.include({ status: 'APPLIED', note: 'order 7', nextCheckAt: null, wake: 1 });
    expect(await db.store.transaction(em => wakeEvent(em, id))).to.equal(null);
  });
});
