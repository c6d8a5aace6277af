import { expect } from 'chai';
import { createLogger } from '../../../runtime/logger.ts';
import { Credential } from '../../../store/entities/people.ts';
import {
  closeEvent,
  findEvent,
  forgetEvents,
  storeEvent,
  waitingEvents,
  wakeEvent,
} from '../../../store/events/inbound-events.ts';
import { startSweeper } from '../../../workers/host/sweeper.ts';
import { until } from '../../support/until.ts';
import { insertCredential, openTestStore, rowsOf, type TestStore } from '../fixtures.ts';

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
    const row = (await store(event({ body, headers: { 'x-ebay-signature': 'abc', odd: '"\\' } })))!;
    const kept = await read(row.id);
    const { id, source, type, status, stateEntry, wake } = kept;
    expect(row).to.deep.equal({ id, source, type, status, stateEntry, wake });
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
    expect(row?.status).to.equal('IGNORED');
    expect(await read(row!.id)).to.include({ status: 'IGNORED', nextCheckAt: null });
    expect(await db.store.transaction(em => wakeEvent(em, row!.id))).to.equal(null);
  });

  it('that somebody is at are not waited for: a connection failed when many were made at once', async () => {
    const [taken, free] = [(await store(event({ source: 'ebay' })))!, (await store(event({ source: 'ebay' })))!];
    const account = await db.store.transaction(async em =>
      em.findOneOrFail(Credential, { id: await insertCredential(em) }),
    );
    const seen = await db.store.transaction(async other => {
      await wakeEvent(other, taken.id);
      return db.store.transaction(em => waitingEvents(em, account, 200));
    });
    const ids = seen.map(({ id }) => id);
    expect(ids).to.include(free.id);
    expect(ids).to.not.include(taken.id);
  });

  it('are closed once, and are not woken after that', async () => {
    const { id } = (await store(event()))!;
    expect(await db.store.transaction(em => wakeEvent(em, id))).to.include({ wake: 1 });
    await db.store.transaction(em => closeEvent(em, id, 'APPLIED', 'order 7'));
    await db.store.transaction(em => closeEvent(em, id, 'FAILED', 'too late'));
    expect(await read(id)).to.include({ status: 'APPLIED', note: 'order 7', nextCheckAt: null, wake: 1 });
    expect(await db.store.transaction(em => wakeEvent(em, id))).to.equal(null);
  });

  describe('of long ago', () => {
    const dayMs = 86_400_000;
    const inDays = (days: number) => forgetEvents(db.store, new Date(Date.now() + days * dayMs + 60_000));
    const closed = async (status: 'APPLIED' | 'FAILED' | 'IGNORED') => {
      const { id } = (await store(event()))!;
      await db.store.transaction(em => closeEvent(em, id, status, 'done'));
      return id;
    };
    beforeEach(() => rowsOf(db.store, 'delete from inbound_events'));

    it('are not kept for ever: closed ones are emptied after thirty days, what is still to be done is left', async () => {
      const ids = await Promise.all((['APPLIED', 'FAILED', 'IGNORED'] as const).map(closed));
      const open = (await store(event()))!;
      expect(await inDays(29)).to.equal(0);
      expect(await inDays(30)).to.equal(3);
      for (const id of ids) {
        const { body, headers, note } = await read(id);
        expect([Buffer.from(body).length, headers, note]).to.deep.equal([0, {}, 'done']);
      }
      expect(Buffer.from((await read(open.id)).body).toString()).to.equal('{"id":1}');
      expect(await inDays(30), 'once').to.equal(0);
    });

    it('that nobody acted on are gone after ninety days; the others still say that they were there', async () => {
      await closed('IGNORED');
      await store(event({ wanted: false }));
      const [applied, open] = [await closed('APPLIED'), (await store(event()))!];
      await inDays(89);
      expect(await rowsOf(db.store, 'select id from inbound_events')).to.have.length(4);
      await inDays(90);
      const left = await rowsOf<{ id: string }>(db.store, 'select id from inbound_events');
      expect(left.map(({ id }) => id)).to.have.members([applied, open.id]);
    });

    it('are forgotten by the thousand, not one page a pass', async () => {
      await rowsOf(
        db.store,
        `insert into inbound_events (id, source, event_id, type, headers, body, status)
         select gen_random_uuid(), 'ebay', 'old-' || n, 'X', '{}', 'x', 'APPLIED' from generate_series(1, 1200) n`,
      );
      expect(await inDays(31)).to.equal(1_200);
    });

    it('are looked for by the sweeper', async () => {
      const id = await closed('APPLIED');
      await rowsOf(db.store, `update inbound_events set received_at = now() - interval '31 days'`);
      const producer = {
        addAll: async () => undefined,
        isLive: async () => true,
        setBack: async () => undefined,
        queues: new Map(),
        close: async () => undefined,
      };
      const log = createLogger('test', 'fatal');
      const sweeper = startSweeper({ store: db.store, producer, stallAfterMs: 60_000, intervalMs: 10, log });
      await until(async () => Buffer.from((await read(id)).body).length === 0);
      await sweeper.close();
    });
  });
});
