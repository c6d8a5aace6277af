/** Covers: store/send-once.ts, store/effects/effects.ts. */
import { expect } from 'chai';
import fc from 'fast-check';
import { isFailure } from '../../../domain/call-outcome.ts';
import { type Failpoint, once } from '../../../store/send-once.ts';
import { stopClock } from '../../../storm/database-clock.ts';
import { openTestStore, type TestStore } from '../fixtures.ts';
import { type Call, Crash, crashAt, quarantineMs, resendForMs, stageEffect, type Traits } from './fake-provider.ts';

/** On a machine that is busy, fewer histories. */
const enoughMs = 6_000;

/** One run: how its call to the provider would go, where the process dies, and how long until the next run. */
type Run = { call: Call; dies: Failpoint | undefined; thenMs: number };

const calls: Call[] = ['answer', 'lose reply', 'perform late', 'lose request', 'never left', 'refuse'];
const failpoints: Failpoint[] = ['effect-opened', 'effect-sending', 'effect-answered', 'effect-closed'];
const anyRun: fc.Arbitrary<Run> = fc.record({
  call: fc.constantFrom(...calls),
  dies: fc.option(fc.constantFrom(...failpoints), { nil: undefined, freq: 2 }),
  thenMs: fc.constantFrom(0, 1_000, quarantineMs - 1, quarantineMs, 3_600_000, resendForMs, 3 * resendForMs),
});

const providers: [string, Traits][] = [
  ['can be asked', { findable: true, deduplicates: false }],
  ['deduplicates', { findable: false, deduplicates: true }],
  ['can be asked and deduplicates', { findable: true, deduplicates: true }],
  ['can neither be asked nor deduplicates', { findable: false, deduplicates: false }],
];

describe('an effect, whatever goes wrong and however often it is tried', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore();
    await stopClock(db, new Date('2030-01-01T00:00:00Z'));
  });
  after(() => db[Symbol.asyncDispose]());

  for (const [what, traits] of providers)
    it(`happens at most once at a provider that ${what}, is recorded once if known, and no row lies`, async () => {
      const since = Date.now();
      await fc.assert(
        fc.asyncProperty(fc.array(anyRun, { minLength: 1, maxLength: 8 }), async history => {
          if (Date.now() - since > enoughMs) return;
          const { advance, context, intent, performed, plan, rows: read, seen } = stageEffect(db, traits);
          for (const { call, dies, thenMs } of history) {
            plan.splice(0, 1, call);
            await once(context(dies && crashAt(dies)), intent).catch(error => {
              if (!isFailure(error) && !(error instanceof Crash)) throw error;
            });
            await advance(thenMs);
          }
          await advance(quarantineMs);
          const rows = await read();
          const [last] = rows.slice(-1);
          expect(performed.length).to.be.at.most(1);
          expect(seen.records.length).to.equal(last?.status === 'DONE' ? 1 : 0);
          if (last?.status === 'DONE') expect(performed).to.have.length(1);
          // Each request that left was one of the frozen ones, and what was disproven never happened.
          for (const { key, request } of performed)
            expect(rows.find(row => row.idempotencyKey === key))
              .to.deep.include({ request })
              .and.not.include({ status: 'DISPROVEN' });
          expect(rows.slice(0, -1).every(({ status }) => status === 'DISPROVEN')).to.equal(true);
        }),
        { numRuns: 60, includeErrorInReport: true },
      );
    });
});
