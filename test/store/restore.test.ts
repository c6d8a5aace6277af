import { expect } from 'chai';
import type { EventId } from '../../domain/ids.ts';
import { InboundEvent } from '../../store/entities/order.ts';
import { closeEvent, storeEvent } from '../../store/events/inbound-events.ts';
import { endRestore, openRestore } from '../../store/restore.ts';
import { once } from '../../store/send-once.ts';
import { stopClock } from '../../storm/database-clock.ts';
import { type Call, createFakeProvider, quarantineMs, resendForMs, type Traits } from './effects/fake-provider.ts';
import { insertOrder, openTestStore, type TestStore } from './fixtures.ts';

const hourMs = 3_600_000;

describe('what may have been done in the time that a restored database has forgotten', () => {
  let db: TestStore;
  beforeEach(async () => {
    db = await openTestStore();
    await stopClock(db, new Date('2030-01-01T00:00:00Z'));
  });
  afterEach(() => db[Symbol.asyncDispose]());

  /** An order of before; an hour was lost, and `done` happened in it under the keys that the provider remembers. */
  const stage = async (traits: Traits, done: readonly Call[] = []) => {
    const { id: subject } = await db.store.transaction(em => insertOrder(em));
    const provider = createFakeProvider(db, traits);
    const intent = provider.intent({ subject, purpose: 'pay' });
    const run = (changes: Partial<typeof intent> = {}) =>
      once(provider.context(), { ...intent, ...changes }).then(
        ({ reference }) => `done: ${reference}`,
        error => error.code ?? String(error),
      );
    provider.plan.push(...done);
    for (const _ of done) await run();
    await db.store.transaction(em => em.execute('delete from effects'));
    const lostFrom = await db.store.clock.now();
    await provider.advance(hourMs);
    await db.store.transaction(em => openRestore(em, lostFrom));
    const held = await run();
    await db.store.transaction(em => endRestore(em, 'an operator'));
    await provider.advance(quarantineMs);
    return { ...provider, subject, run, held, key: (number: number) => `${subject}-${number}` };
  };

  it('is held until somebody has looked, and nothing is even opened', async () => {
    const { held, performed } = await stage({ findable: true, deduplicates: true });
    expect(held).to.equal('RESTORE_UNDER_WAY');
    expect(performed).to.deep.equal([]);
  });

  it('is found where its provider can be asked', async () => {
    const { run, key, seen } = await stage({ findable: true, deduplicates: false }, ['answer']);
    expect(await run()).to.equal(`done: of ${key(1)}`);
    expect(seen.sends).to.equal(1);
  });

  it('is sent under the same key where its provider recognises that, and so happens once', async () => {
    const { run, key, performed } = await stage({ findable: false, deduplicates: true }, ['answer']);
    expect(await run()).to.equal(`done: of ${key(1)}`);
    expect(performed.map(done => done.key)).to.deep.equal([key(1)]);
  });

  it('is a person’s at once where nobody can tell', async () => {
    const { run, seen } = await stage({ findable: false, deduplicates: false }, ['answer']);
    expect(await run()).to.equal('EFFECT_UNPROVEN');
    expect(seen.sends).to.equal(1);
  });

  it('is a person’s when it was refused once, done under a second key, and told of', async () => {
    const { run, subject, performed, key } = await stage({ findable: false, deduplicates: true }, ['refuse', 'answer']);
    await db.store.transaction(em =>
      storeEvent(em, {
        source: 'paypal',
        eventId: 'WH-1',
        type: 'PAYMENT.PAYOUTS-ITEM.SUCCEEDED',
        body: Buffer.from(JSON.stringify({ sender_batch_id: `${subject}-2` })),
        wanted: true,
      }),
    );
    expect(await run()).to.equal('EFFECT_UNPROVEN');
    expect(performed.map(done => done.key)).to.deep.equal([key(2)]);
  });

  it('is told of before its key is known again: the news is taken once more as soon as it is', async () => {
    const { run, subject } = await stage({ findable: false, deduplicates: true }, ['answer']);
    const body = Buffer.from(JSON.stringify({ sender_batch_id: `${subject}-1` }));
    const news = {
      source: 'paypal',
      eventId: 'WH-2',
      type: 'PAYMENT.PAYOUTS-ITEM.SUCCEEDED',
      body,
      wanted: true,
    } as const;
    const event = await db.store.transaction(em => storeEvent(em, news));
    const statusOf = async () =>
      (await db.store.read(em => em.findOneOrFail(InboundEvent, { eventId: 'WH-2' }))).status;
    await db.store.transaction(em => closeEvent(em, event?.id ?? ('' as EventId), 'FAILED', 'nothing is known of it'));
    expect(await statusOf()).to.equal('FAILED');
    await run();
    expect(await statusOf()).to.equal('RECEIVED');
  });

  it('is a person’s when it is a purchase: how many keys it had used is not known', async () => {
    const { run, performed, key } = await stage({ findable: false, deduplicates: true }, ['refuse', 'answer']);
    expect(await run({ purpose: 'buy' })).to.equal('EFFECT_UNPROVEN');
    expect(performed.map(done => done.key)).to.deep.equal([key(2)]);
  });

  it('is not asked about twice: what follows it is sent as ever', async () => {
    const { run, plan, key, performed } = await stage({ findable: true, deduplicates: false });
    plan.push('refuse');
    expect(await run()).to.equal('FAKE_REFUSED');
    expect(await run()).to.equal(`done: of ${key(2)}`);
    expect(performed.map(done => done.key)).to.deep.equal([key(2)]);
  });

  it('is nothing of an order that came after it', async () => {
    const { intent, context, advance, performed } = await stage({ findable: false, deduplicates: false });
    await advance(1_000);
    const { id: subject } = await db.store.transaction(em => insertOrder(em));
    await once(context(), { ...intent({ subject }), purpose: 'buy' });
    expect(performed).to.have.length(1);
  });

  it('was open when the backup was made: it is looked up, and never sent again', async () => {
    const { id: subject } = await db.store.transaction(em => insertOrder(em));
    const provider = createFakeProvider(db, { findable: false, deduplicates: true });
    const intent = provider.intent({ subject });
    provider.plan.push('lose request');
    await once(provider.context(), intent).catch(() => undefined);
    await provider.advance(hourMs);
    await db.store.transaction(em => openRestore(em, new Date('2030-01-01T00:00:01Z')));
    await db.store.transaction(em => endRestore(em, 'an operator'));
    await provider.advance(resendForMs / 2);
    expect(await once(provider.context(), intent).catch(error => error.code)).to.equal('EFFECT_UNPROVEN');
    expect(provider.performed).to.deep.equal([]);
  });
});
