/** Covers: store/send-once.ts, store/effects/effects.ts. */
import { expect } from 'chai';
import { Retryable, Terminal } from '../../../domain/call-outcome.ts';
import { disproveDone, isInDoubt, standingEffect, withdrawUnsent } from '../../../store/effects/effects.ts';
import { Effect } from '../../../store/entities/money.ts';
import type { Environment } from '../../../store/entities/people.ts';
import { once } from '../../../store/send-once.ts';
import { stopClock } from '../../../storm/database-clock.ts';
import { openTestStore, refusalOf, type TestStore } from '../fixtures.ts';
import { type Call, quarantineMs, resendForMs, stageEffect, type Traits } from './fake-provider.ts';

const findable: Traits = { findable: true, deduplicates: false };
const deduplicating: Traits = { findable: false, deduplicates: true };

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    error => error.code ?? String(error),
  );

describe('an effect that was refused', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore();
    await stopClock(db, new Date('2030-01-01T00:00:00Z'));
  });
  after(() => db[Symbol.asyncDispose]());

  const stage = (traits: Traits, ...plan: Call[]) => {
    const staged = stageEffect(db, traits, ...plan);
    const { context, intent } = staged;
    const { subject } = intent;
    return {
      ...staged,
      run: (changes: Partial<typeof intent> = {}) => codeOf(once(context(), { ...intent, ...changes })),
      standing: () => db.store.read(em => standingEffect(em, 'buy', subject)),
    };
  };

  it('is disproven, and the next run is a new generation with a new key and a new request', async () => {
    const { run, rows, performed, seen, standing, intent } = stage(findable, 'refuse');
    expect(await run()).to.equal('FAKE_REFUSED');
    expect(await standing()).to.equal(null);
    expect(await run()).to.equal('done');
    const [first, second, ...others] = await rows();
    expect(others).to.have.length(0);
    expect(first).to.include({ status: 'DISPROVEN', generation: 1, lastCode: 'FAKE_REFUSED' });
    expect(first?.closedAt).to.be.instanceOf(Date);
    expect(second).to.include({ status: 'DONE', generation: 2, idempotencyKey: `${intent.subject}-2` });
    expect(second?.request).not.to.equal(first?.request);
    expect(performed.map(({ key }) => key)).to.deep.equal([`${intent.subject}-2`]);
    expect(seen.freezes).to.equal(2);
  });

  it('after a send that nobody could look up stays in doubt: the "no" says nothing of the first', async () => {
    const { run, rows, advance, performed, seen } = stage(deduplicating, 'lose reply', 'refuse');
    await run();
    await advance(quarantineMs);
    expect(await run()).to.equal('EFFECT_CONTRADICTED');
    expect((await rows()).map(({ status }) => status)).to.deep.equal(['OPEN']);
    await advance(quarantineMs);
    expect(await run()).to.equal('done');
    expect(performed).to.have.length(1);
    expect(seen.records).to.have.length(1);
  });

  it('for a day after a send that nobody could look up is a person’s', async () => {
    const { run, rows, advance } = stage({ ...deduplicating }, 'lose reply', 'refuse', 'refuse');
    const resendForMs = 29 * 24 * 3_600_000;
    await run({ resendForMs });
    await advance(23 * 3_600_000);
    expect(await run({ resendForMs })).to.equal('EFFECT_CONTRADICTED');
    await advance(3_600_000);
    expect(await run({ resendForMs })).to.equal('EFFECT_UNPROVEN');
    expect((await rows()).map(({ status }) => status)).to.deep.equal(['OPEN']);
  });

  it('after a send that was proven absent is disproven', async () => {
    const { run, rows, advance } = stage(findable, 'lose request', 'refuse');
    await run();
    await advance(quarantineMs);
    expect(await run()).to.equal('FAKE_REFUSED');
    expect((await rows()).map(({ status }) => status)).to.deep.equal(['DISPROVEN']);
  });

  const others: [string, { account?: string; environment?: Environment }][] = [
    ['another account', { account: 'account-2' }],
    ['another environment', { environment: 'production' }],
  ];
  for (const [what, change] of others)
    for (const traits of [findable, deduplicating])
      it(`is never judged through ${what}, ${traits.findable ? 'where "not found" proves nothing' : 'nor sent again there'}`, async () => {
        const { run, advance, seen, rows } = stage(traits, 'lose reply');
        await run();
        expect(await run(change)).to.equal('EFFECT_IN_FLIGHT');
        await advance(quarantineMs);
        expect(await run(change)).to.equal('EFFECT_UNPROVEN');
        expect(seen).to.include({ sends: 1, finds: 0 });
        expect((await rows()).map(({ status, account }) => [status, account])).to.deep.equal([['OPEN', 'account-1']]);
        expect(await run()).to.equal('done');
      });

  it('not now is as if it had never left: no doubt, no window, and sent as the first again', async () => {
    const { run, rows, standing, seen, advance } = stage(findable, 'never left', 'never left');
    expect(await run()).to.equal('FAKE_BUSY');
    const [row] = await rows();
    expect(row).to.include({ status: 'OPEN', firstSentAt: null, lastSentAt: null, resendUntil: null });
    expect(isInDoubt(await standing())).to.equal(false);
    await advance(10 * resendForMs);
    expect(await run()).to.equal('FAKE_BUSY');
    expect(await run()).to.equal('done');
    expect(seen).to.include({ sends: 3, finds: 0, freezes: 1 });
  });

  it('not now at a later send leaves the doubt of the first as it was', async () => {
    const { run, rows, standing, advance } = stage(deduplicating, 'lose reply', 'never left');
    await run();
    const [first] = await rows();
    await advance(quarantineMs);
    expect(await run()).to.equal('FAKE_BUSY');
    const [row] = await rows();
    const { firstSentAt, lastSentAt, resendUntil } = first!;
    expect(row).to.deep.include({ firstSentAt, lastSentAt, resendUntil, status: 'OPEN' });
    expect(isInDoubt(await standing())).to.equal(true);
    await advance(resendForMs);
    expect(await run()).to.equal('EFFECT_UNPROVEN');
  });

  it('by a program error at the call is in doubt: nobody knows what had left by then', async () => {
    const { run, standing, seen, advance } = stage(findable);
    const send = async () => {
      throw new TypeError('undefined is not a function');
    };
    expect(await run({ send })).to.contain('TypeError');
    expect(isInDoubt(await standing())).to.equal(true);
    await advance(quarantineMs);
    expect(await run()).to.equal('done');
    expect(seen.finds).to.equal(1);
  });

  it('at the look-up alone is not refused: that says nothing of the effect', async () => {
    const find = async () => {
      throw new Terminal('FAKE_FORBIDDEN', 'you may not look');
    };
    const asked = stage(findable, 'lose reply');
    await asked.run();
    expect(await asked.run({ find })).to.equal('EFFECT_IN_FLIGHT');
    await asked.advance(quarantineMs);
    expect(await asked.run({ find })).to.equal('EFFECT_UNKNOWN');
    expect(asked.seen.sends).to.equal(1);
    expect(await asked.run()).to.equal('done');

    const repeated = stage(deduplicating, 'lose reply');
    await repeated.run();
    await repeated.advance(quarantineMs);
    expect(await repeated.run({ find })).to.equal('done');
    expect(repeated.performed).to.have.length(1);
  });

  it('at the look-up for now is looked up later, and not sent meanwhile', async () => {
    const find = async () => {
      throw new Retryable('FAKE_BUSY', 'ask again');
    };
    for (const traits of [findable, deduplicating]) {
      const { run, seen, performed, advance } = stage(traits, 'lose reply');
      await run();
      await advance(quarantineMs);
      expect(await run({ find })).to.equal('FAKE_BUSY');
      expect(seen.sends).to.equal(1);
      expect(await run()).to.equal('done');
      expect(performed).to.have.length(1);
    }
  });

  it('or undone by its provider may be caused anew, by one of all who found that out', async () => {
    const { run, rows, performed } = stage(findable);
    await run();
    const [done] = await rows();
    const undo = () => codeOf(db.store.transaction(em => disproveDone(em, done!, 'PAYOUT_RETURNED')));
    const outcomes = await Promise.all([undo(), undo(), undo()]);
    expect(outcomes.toSorted()).to.deep.equal(['EFFECT_JUDGED_ELSEWHERE', 'EFFECT_JUDGED_ELSEWHERE', 'done']);
    expect(await run()).to.equal('done');
    // Who still holds the first one's row says nothing of the second.
    expect(await undo()).to.equal('EFFECT_JUDGED_ELSEWHERE');
    expect((await rows()).map(({ status }) => status)).to.deep.equal(['DISPROVEN', 'DONE']);
    expect(performed).to.have.length(2);
  });

  describe('by its owner', () => {
    it('before it left is withdrawn, and a new generation follows under the key that was never used', async () => {
      const { run, standing, intent, rows, performed } = stage(findable, 'never left');
      await run();
      expect(await db.store.transaction(em => withdrawUnsent(em, 'buy', intent.subject))).to.equal(true);
      expect(await standing()).to.equal(null);
      expect(await run()).to.equal('done');
      expect((await rows()).map(({ status, lastCode }) => [status, lastCode])).to.deep.equal([
        ['DISPROVEN', 'WITHDRAWN'],
        ['DONE', null],
      ]);
      expect(performed.map(({ key }) => key)).to.deep.equal([`${intent.subject}-1`]);
    });

    for (const plan of ['lose reply', 'answer'] as const)
      it(`after it may have left (${plan}) is not withdrawn`, async () => {
        const { run, intent, rows } = stage(findable, plan);
        await run();
        const [before] = await rows();
        expect(await db.store.transaction(em => withdrawUnsent(em, 'buy', intent.subject))).to.equal(false);
        expect((await rows())[0]).to.deep.equal(before);
      });
  });

  it('cannot be had twice: the database keeps one that is not disproven, whatever the route', async () => {
    const { run, intent } = stage(findable, 'refuse');
    await run();
    const insert = (change: Record<string, unknown>) => {
      const { purpose, subject, account, environment } = intent;
      const row = { purpose, subject, account, environment, route: 'browser', request: '{}', sends: 0, ...change };
      return refusalOf(db.store.transaction(em => em.insert(Effect, row as never)));
    };
    const id = (digit: number) => `00000000-0000-4000-8000-00000000000${digit}`;
    const key = (name: string) => `${intent.subject}-${name}`;
    expect(await insert({ id: id(1), generation: 1, status: 'OPEN', idempotencyKey: key('a') })).to.equal(
      'effects_generation',
    );
    expect(await insert({ id: id(2), generation: 2, status: 'OPEN', idempotencyKey: key('1') })).to.equal(
      'effects_idempotency_key_key',
    );
    expect(await insert({ id: id(3), generation: 2, status: 'DONE', idempotencyKey: key('b') })).to.equal(
      'effects_closed',
    );
    expect(await insert({ id: id(4), generation: 2, status: 'OPEN', idempotencyKey: key('c') })).to.equal('accepted');
    expect(await insert({ id: id(5), generation: 3, status: 'OPEN', idempotencyKey: key('d') })).to.equal(
      'effects_one_not_disproven',
    );
  });
});
