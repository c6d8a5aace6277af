import { randomUUID } from 'node:crypto';
import { Retryable, Terminal, Uncertain } from '../../../domain/call-outcome.ts';
import { databaseTime } from '../../../store/database/clock.ts';
import type { Intent } from '../../../store/effects/intent.ts';
import { Effect } from '../../../store/entities/money.ts';
import type { Failpoint, OnceContext } from '../../../store/send-once.ts';
import { stopClock } from '../../../storm/database-clock.ts';
import type { TestStore } from '../fixtures.ts';

/** How one call to the provider goes. */
export type Call =
  | 'answer'
  /** Performed, and the connection cut before the answer. */
  | 'lose reply'
  /** Cut off; performed a little later all the same. */
  | 'perform late'
  /** Cut off on the way; never performed. */
  | 'lose request'
  /** A certain "not now": nothing was done. */
  | 'never left'
  /** A certain "no": nothing was done, and never will be. */
  | 'refuse';

export type Traits = {
  /** It can be asked for the effect by our key. */
  findable: boolean;
  /** It recognises our key and answers the same again. */
  deduplicates: boolean;
};

export type Performed = { key: string; request: string; at: number };
export type Result = { reference: string };

export const quarantineMs = 60_000;
/** A call that was cut off is performed within this. */
const lateMs = 30_000;
export const resendForMs = 20 * 3_600_000;
/** For how long it recognises a key. */
const memoryMs = 24 * 3_600_000;

/** A provider that counts what it really did, by the database's clock, which stands still until the test moves it. */
export function createFakeProvider(db: Pick<TestStore, 'store' | 'asOwner'>, traits: Traits) {
  const { store } = db;
  const performed: Performed[] = [];
  const late: Performed[] = [];
  const plan: Call[] = [];
  const seen = { sends: 0, finds: 0, freezes: 0, records: [] as string[] };
  const read = async () => (await store.read(databaseTime)).getTime();

  const settleLate = (now: number) => {
    for (const call of late.splice(0))
      if (call.at <= now) perform(call);
      else late.push(call);
  };
  const perform = (call: Performed): Performed => {
    const known = performed.find(({ key, at }) => key === call.key && call.at - at < memoryMs);
    if (traits.deduplicates && known) return known;
    performed.push(call);
    return call;
  };

  const send = async ({ idempotencyKey: key, request }: Effect): Promise<Result> => {
    const now = await read();
    settleLate(now);
    seen.sends += 1;
    const call = plan.shift() ?? 'answer';
    switch (call) {
      case 'refuse':
        throw new Terminal('FAKE_REFUSED', 'no');
      case 'never left':
        throw new Retryable('FAKE_BUSY', 'not now');
      case 'lose request':
        throw new Uncertain('FAKE_NO_ANSWER', 'cut off');
      case 'perform late':
        late.push({ key, request, at: now + lateMs });
        throw new Uncertain('FAKE_NO_ANSWER', 'cut off');
      case 'lose reply':
        perform({ key, request, at: now });
        throw new Uncertain('FAKE_NO_ANSWER', 'cut off');
      case 'answer':
        return { reference: `of ${perform({ key, request, at: now }).key}` };
    }
  };

  const find: Intent<Result>['find'] = async ({ idempotencyKey: key }) => {
    settleLate(await read());
    seen.finds += 1;
    if (!traits.findable) return { answer: 'UNKNOWN' };
    return performed.some(done => done.key === key)
      ? { answer: 'FOUND', result: { reference: `of ${key}` } }
      : { answer: 'ABSENT' };
  };

  /** What a processor would ask `once` for. */
  const intent = (changes: Partial<Intent<Result>> = {}): Intent<Result> => {
    const subject = changes.subject ?? randomUUID();
    return {
      purpose: 'buy',
      subject,
      route: 'api',
      account: 'account-1',
      environment: 'sandbox',
      keyFor: (_em, number) => `${subject}-${number}`,
      freeze: key => {
        seen.freezes += 1;
        return JSON.stringify({ key, nonce: randomUUID() });
      },
      resendForMs,
      deduplicates: traits.deduplicates,
      mayStillLeave: async () => undefined,
      assertOwner: async () => undefined,
      find,
      send,
      record: async (_em, { reference }) => {
        seen.records.push(reference);
      },
      ...changes,
    };
  };

  const context = (failpoint?: (name: Failpoint) => void): OnceContext => ({
    store,
    quarantineMs,
    ...(failpoint ? { failpoint } : {}),
  });

  return {
    performed,
    plan,
    seen,
    intent,
    context,
    advance: async (ms: number) => {
      const now = (await read()) + ms;
      await stopClock(db, new Date(now));
      settleLate(now);
    },
  };
}

export type FakeProvider = ReturnType<typeof createFakeProvider>;

/** One effect at a provider of its own, whose calls go as planned. */
export function stageEffect(db: TestStore, traits: Traits, ...plan: Call[]) {
  const provider = createFakeProvider(db, traits);
  provider.plan.push(...plan);
  const intent = provider.intent();
  const { subject } = intent;
  const rows = () => db.store.read(em => em.find(Effect, { subject }, { orderBy: { generation: 'asc' } }));
  return { ...provider, intent, rows, key: `${subject}-1` };
}

/** The process dies at a failpoint. */
export class Crash extends Error {}
export const crashAt = (place: Failpoint) => (name: Failpoint) => {
  if (name === place) throw new Crash(place);
};
