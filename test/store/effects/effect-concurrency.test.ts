/** Covers: store/send-once.ts, store/effects/effects.ts. */
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Terminal } from '../../../domain/call-outcome.ts';
import { LostClaim } from '../../../store/database/due-row.ts';
import { Effect } from '../../../store/entities/money.ts';
import { assertOwner } from '../../../store/orders/orders.ts';
import { once } from '../../../store/send-once.ts';
import { stopClock } from '../../../storm/database-clock.ts';
import { insertOrder, openTestStore, type TestStore } from '../fixtures.ts';
import { crashAt, createFakeProvider, quarantineMs } from './fake-provider.ts';

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    error => error.code ?? error.name,
  );

describe('an effect that several want to cause at once', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore(12);
    await stopClock(db, new Date('2030-01-01T00:00:00Z'));
  });
  after(() => db[Symbol.asyncDispose]());

  const stage = (traits = { findable: true, deduplicates: false }) => {
    const provider = createFakeProvider(db, traits);
    const intent = provider.intent();
    const { subject } = intent;
    return {
      ...provider,
      intent,
      row: () => db.store.read(em => em.findOne(Effect, { subject })),
      run: (changes: Partial<typeof intent> = {}) => codeOf(once(provider.context(), { ...intent, ...changes })),
    };
  };
  const eight = <T>(run: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 8 }, run));

  it('happens once when all own the order: the row’s lock lets one open it, the others find it', async () => {
    const { run, performed, seen, row } = stage();
    const order = await db.store.transaction(em => insertOrder(em, { status: 'PURCHASING' }));
    const outcomes = await eight(() => run({ assertOwner: em => assertOwner(em, order) }));
    expect(outcomes).to.include('done');
    for (const outcome of outcomes) expect(outcome).to.be.oneOf(['done', 'EFFECT_SENT_ELSEWHERE', 'EFFECT_IN_FLIGHT']);
    expect(performed).to.have.length(1);
    expect(seen.records).to.have.length(1);
    expect(await row()).to.include({ status: 'DONE', sends: 1 });
  });

  it('happens once when nothing holds them apart: the index refuses the second intent', async () => {
    const { run, performed, seen } = stage();
    await eight(run);
    expect(performed).to.have.length(1);
    expect(seen.records).to.have.length(1);
  });

  it('is sent by one of those who find it open and unsent', async () => {
    const { run, context, intent, performed, seen } = stage();
    await once(context(crashAt('effect-opened')), intent).catch(() => undefined);
    const outcomes = await eight(run);
    expect(outcomes.filter(outcome => outcome === 'done').length).to.be.greaterThan(0);
    expect(seen.sends).to.equal(1);
    expect(performed).to.have.length(1);
  });

  it('is not opened by a run that lost its claim', async () => {
    const { run, row, seen } = stage();
    const lost = async () => {
      throw new LostClaim('order-1');
    };
    expect(await run({ assertOwner: lost })).to.equal('LostClaim');
    expect(await row()).to.equal(null);
    expect(seen.sends).to.equal(0);
  });

  it('is not sent by a run that lost its claim between opening and sending', async () => {
    const { run, row, seen } = stage();
    let asked = 0;
    const losing = async () => {
      asked += 1;
      if (asked > 1) throw new LostClaim('order-1');
    };
    expect(await run({ assertOwner: losing })).to.equal('LostClaim');
    expect(await row()).to.include({ status: 'OPEN', sends: 0, lastSentAt: null });
    expect(seen.sends).to.equal(0);
    expect(await run()).to.equal('done');
  });

  it('is recorded once when a second run finds it while the first still waits for its answer', async () => {
    const { run, intent, performed, seen, row } = stage();
    const answered = Promise.withResolvers<void>();
    const performing = Promise.withResolvers<void>();
    const slow = run({
      send: async (effect, by) => {
        const result = await intent.send(effect, by);
        performing.resolve();
        await answered.promise;
        return result;
      },
    });
    await performing.promise;
    expect(await run()).to.equal('done');
    answered.resolve();
    expect(await slow).to.equal('done');
    expect(performed).to.have.length(1);
    expect(seen.records).to.have.length(1);
    expect(await row()).to.include({ status: 'DONE' });
  });

  it('that happens after it was given up as not happened is not taken for recorded', async () => {
    const { run, intent, advance, seen } = stage();
    const held = Promise.withResolvers<void>();
    const frozen = Promise.withResolvers<void>();
    // A process that is frozen with its request, and wakes long after others have dealt with the order.
    const late = run({
      send: async (effect, by) => {
        frozen.resolve();
        await held.promise;
        return intent.send(effect, by);
      },
    });
    await frozen.promise;
    await advance(quarantineMs);
    const refuse = async () => {
      throw new Terminal('FAKE_REFUSED', 'no');
    };
    expect(await run({ send: refuse })).to.equal('FAKE_REFUSED');
    held.resolve();
    expect(await late).to.equal('EFFECT_CONTRADICTED');
    expect(seen.records).to.have.length(0);
  });

  it('stays open when what it means could not be written, and is recorded by the next run', async () => {
    const { run, row, performed, seen } = stage();
    const broken = async () => {
      throw new Error('the disk is full');
    };
    expect(await run({ record: broken })).to.equal('Error');
    expect(await row()).to.include({ status: 'OPEN' });
    expect(await run()).to.equal('done');
    expect(performed).to.have.length(1);
    expect(seen.records).to.have.length(1);
  });

  it('for another subject or another purpose is another effect', async () => {
    const provider = createFakeProvider(db, { findable: true, deduplicates: false });
    const subject = randomUUID();
    for (const purpose of ['buy', 'pay', 'capture'] as const)
      await once(provider.context(), {
        ...provider.intent({ subject, purpose }),
        keyFor: generation => `${purpose}-${subject}-${generation}`,
      });
    await once(provider.context(), provider.intent());
    expect(provider.performed).to.have.length(4);
  });
});
