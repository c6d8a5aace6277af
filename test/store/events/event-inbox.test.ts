import { randomBytes, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import pg from 'pg';
import { sweep } from '../../../queues/sweep.ts';
import { createKeyring } from '../../../store/database/keyring.ts';
import { type Arrival, type EventInbox, openEventInbox } from '../../../store/events/event-inbox.ts';
import { testConfig } from '../../support/environment.ts';
import { openTestStore, rowsOf } from '../fixtures.ts';

type Open = Awaited<ReturnType<typeof openTestStore>>;

const arrival = (eventId: string, more: Partial<Arrival> = {}): Arrival => ({
  source: 'paypal',
  eventId,
  type: 'PAYMENT.CAPTURE.COMPLETED',
  body: Buffer.from('{}'),
  wanted: true,
  ...more,
});

describe('the inbox of events', () => {
  let db: Open;
  let pool: pg.Pool;
  let other: pg.Pool;
  let store: EventInbox;
  let elsewhere: EventInbox;
  before(async () => {
    db = await openTestStore(4);
    const keys = createKeyring(testConfig({ DATABASE_URL: db.url }).encryptionKeys);
    [pool, other] = [1, 2].map(() => new pg.Pool({ connectionString: db.url, max: 4 })) as [pg.Pool, pg.Pool];
    [store, elsewhere] = [openEventInbox(pool, keys), openEventInbox(other, keys)];
  });
  after(async () => {
    await pool.end();
    await other.end();
    await db[Symbol.asyncDispose]();
  });
  beforeEach(() => db.store.write(em => em.execute('delete from inbound_events')));

  it('stores each once, also when two processes are told the same in opposite order', async () => {
    const ids = Array.from({ length: 200 }, () => randomUUID());
    const told = await Promise.all([
      ...ids.map(id => store(arrival(id))),
      ...ids.toReversed().map(id => elsewhere(arrival(id))),
    ]);
    expect(told.filter(outcome => outcome === 'KNOWN')).to.have.length(200);
    expect(await rowsOf(db.store, 'select count(*)::int as n from inbound_events')).to.deep.equal([{ n: 200 }]);
  });

  it('refuses one that no column takes, and stores those that came with it; half of a pair becomes a replacement', async () => {
    const outcomes = await Promise.allSettled([
      store(arrival('good')),
      store(arrival(randomBytes(10_000).toString('base64'))),
      store(arrival('half', { subject: 'A\ud800' })),
    ]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
    const [half] = await rowsOf(db.store, `select subject from inbound_events where event_id = 'half'`);
    expect(half).to.deep.equal({ subject: 'A\ufffd' });
  });

  it('leaves rows that the sweep can put off: many that wait for their turn hide no lost one', async () => {
    const live = new Set<string>();
    for (let n = 0; n < 210; n += 1) {
      const stored = await store(arrival(`waits-${n}`));
      if (typeof stored === 'object') live.add(stored.id);
    }
    await store(arrival('lost'));
    const made: string[] = [];
    const producer = {
      isLive: async ({ payload }: { payload: { eventId?: string } }) => live.has(payload.eventId ?? ''),
      addAll: async (jobs: readonly { id: string }[]) => void made.push(...jobs.map(({ id }) => id)),
      setBack: async () => undefined,
    } as unknown as Parameters<typeof sweep>[0]['producer'];
    const now = () => new Date(Date.now() + 60_000);
    for (let pass = 1; pass <= 3; pass += 1) await sweep({ store: db.store, producer, stallAfterMs: 3_600_000, now });
    expect(made).to.have.length(1);
  });
});
