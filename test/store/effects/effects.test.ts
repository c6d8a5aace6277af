import { expect } from 'chai';
import type { Effect } from '../../../store/entities/money.ts';
import { type Failpoint, once, Unproven } from '../../../store/send-once.ts';
import { stopClock } from '../../../storm/database-clock.ts';
import { openTestStore, type TestStore } from '../fixtures.ts';
import { type Call, Crash, crashAt, quarantineMs, resendForMs, stageEffect, type Traits } from './fake-provider.ts';

const kinds: [string, Traits][] = [
  ['a provider that can be asked', { findable: true, deduplicates: false }],
  ['a provider that deduplicates', { findable: false, deduplicates: true }],
  ['a provider that does both', { findable: true, deduplicates: true }],
  ['a provider that does neither', { findable: false, deduplicates: false }],
];
const [[, findable], [, deduplicating], , [, blind]] = kinds as [
  [string, Traits],
  [string, Traits],
  unknown,
  [string, Traits],
];

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    result => `done: ${(result as { reference: string }).reference}`,
    error => error.code ?? (error instanceof Crash ? `died at ${error.message}` : String(error)),
  );

describe('an effect caused once', () => {
  let db: TestStore;
  before(async () => {
    db = await openTestStore();
    await stopClock(db, new Date('2030-01-01T00:00:00Z'));
  });
  after(() => db[Symbol.asyncDispose]());

  const stage = (traits: Traits, ...plan: Call[]) => {
    const staged = stageEffect(db, traits, ...plan);
    const run = (place?: Failpoint) => codeOf(once(staged.context(place && crashAt(place)), staged.intent));
    return { ...staged, run };
  };

  it('is sent, answered, recorded and never asked for again', async () => {
    const { run, rows, performed, seen, key } = stage(blind);
    expect([await run(), await run(), await run()]).to.deep.equal(Array(3).fill(`done: of ${key}`));
    expect(seen).to.deep.equal({ sends: 1, finds: 0, freezes: 1, records: [`of ${key}`] });
    const [row, ...others] = await rows();
    expect(others).to.have.length(0);
    expect(row).to.include({
      status: 'DONE',
      sends: 1,
      generation: 1,
      idempotencyKey: key,
      request: performed[0]?.request,
    });
    expect(row?.result).to.deep.equal({ reference: `of ${key}` });
    expect(row!.resendUntil!.getTime() - row!.firstSentAt!.getTime()).to.equal(resendForMs);
  });

  it('is a committed row, open and marked as sent, before a byte leaves', async () => {
    const { context, intent, performed, rows } = stageEffect(db, findable);
    const atTheCall: Effect[] = [];
    const send: typeof intent.send = async (effect, by) => {
      atTheCall.push(...(await rows()));
      return intent.send(effect, by);
    };
    await once(context(), { ...intent, send });
    expect(atTheCall).to.have.length(1);
    expect(atTheCall[0]).to.include({ status: 'OPEN', sends: 1, request: performed[0]?.request });
    expect(atTheCall[0]?.lastSentAt).to.be.instanceOf(Date);
  });

  const failpoints: Failpoint[] = ['effect-opened', 'effect-sending', 'effect-answered', 'effect-closed'];
  for (const [kind, traits] of kinds.slice(0, 3))
    for (const place of failpoints)
      it(`happens once at ${kind} when the process dies at ${place}`, async () => {
        const { run, rows, performed, seen, advance, key } = stage(traits);
        expect(await run(place)).to.equal(`died at ${place}`);
        await advance(quarantineMs);
        expect(await run()).to.equal(`done: of ${key}`);
        expect(performed.map(done => done.key)).to.deep.equal([key]);
        expect(seen.records).to.deep.equal([`of ${key}`]);
        expect(seen.freezes).to.equal(1);
        expect((await rows()).map(({ status }) => status)).to.deep.equal(['DONE']);
      });

  const blindCrashes: [Failpoint, after: string, past: string, effects: number][] = [
    ['effect-opened', 'done', 'done', 1],
    ['effect-sending', 'EFFECT_UNKNOWN', 'EFFECT_UNPROVEN', 0],
    ['effect-answered', 'EFFECT_UNKNOWN', 'EFFECT_UNPROVEN', 1],
    ['effect-closed', 'done', 'done', 1],
  ];
  for (const [place, after, past, effects] of blindCrashes)
    it(`at a provider that does neither ends ${past} when the process dies at ${place}, never sent again`, async () => {
      const { run, performed, advance } = stage(blind);
      await run(place);
      await advance(quarantineMs);
      expect(await run()).to.match(new RegExp(`^${after}`));
      await advance(resendForMs);
      expect(await run()).to.match(new RegExp(`^${past}`));
      expect(performed).to.have.length(effects);
    });

  for (const [kind, traits] of kinds.slice(0, 3))
    for (const lost of ['lose reply', 'lose request', 'perform late'] as const)
      it(`happens once at ${kind} when the call goes "${lost}"`, async () => {
        const { run, performed, seen, advance, key } = stage(traits, lost);
        expect(await run()).to.equal('FAKE_NO_ANSWER');
        // Found at once when it can be; never sent again while the first call may still be running.
        const soon = traits.findable && lost === 'lose reply' ? `done: of ${key}` : 'EFFECT_IN_FLIGHT';
        expect(await run()).to.equal(soon);
        expect(seen.sends).to.equal(1);
        await advance(quarantineMs);
        expect(await run()).to.equal(`done: of ${key}`);
        expect(performed.map(done => done.key)).to.deep.equal([key]);
        expect(seen.records).to.have.length(1);
      });

  it('that may still be running says when to look again', async () => {
    const { intent, context, advance, plan } = stage(findable);
    plan.push('lose request');
    await codeOf(once(context(), intent));
    await advance(quarantineMs - 1);
    const error = await once(context(), intent).catch(problem => problem);
    expect(error).to.include({ kind: 'uncertain', code: 'EFFECT_IN_FLIGHT', retryAfterMs: 1 });
  });

  it('is sent again byte for byte, although the order has changed since', async () => {
    const { run, rows, performed, seen, advance } = stage(deduplicating, 'lose request', 'lose request');
    await run();
    await advance(quarantineMs);
    await run();
    await advance(quarantineMs);
    await run();
    expect(seen).to.include({ sends: 3, freezes: 1 });
    expect(performed.map(({ request }) => request)).to.deep.equal([(await rows())[0]?.request]);
  });

  const horizons: [string, Traits][] = [
    ['absent', findable],
    ['unknown at a provider that deduplicates', deduplicating],
    ['unknown', blind],
  ];
  for (const [what, traits] of horizons)
    it(`that is ${what} past its window is a person’s to decide, and is not sent again`, async () => {
      const { intent, context, run, seen, advance, plan, rows } = stage(traits);
      plan.push('lose request');
      await run();
      await advance(resendForMs);
      const error = await once(context(), intent).catch(problem => problem);
      expect(error).to.be.instanceOf(Unproven).and.include({ kind: 'uncertain', code: 'EFFECT_UNPROVEN' });
      expect(error.effect).to.include({ subject: intent.subject, status: 'OPEN', sends: 1 });
      expect(seen.sends).to.equal(1);
      expect((await rows()).map(({ status }) => status)).to.deep.equal(['OPEN']);
    });

  it('measures its window from the first send, not from the last', async () => {
    const { run, seen, advance } = stage(deduplicating, 'lose request', 'lose request');
    await run();
    await advance(resendForMs - 1);
    expect(await run()).to.equal('FAKE_NO_ANSWER');
    await advance(quarantineMs);
    expect(await run()).to.equal('EFFECT_UNPROVEN');
    expect(seen.sends).to.equal(2);
  });

  it('that cannot be sent again is looked for as long as it says, and only then a person’s to decide', async () => {
    const { intent, context, plan, seen, advance } = stage(findable);
    plan.push('lose request');
    const patient = { ...intent, resendForMs: 0, lookForMs: 10 * resendForMs };
    const run = () => codeOf(once(context(), patient));
    await run();
    await advance(10 * resendForMs - 1);
    expect(await run()).to.equal('EFFECT_UNKNOWN');
    await advance(1);
    expect(await run()).to.equal('EFFECT_UNPROVEN');
    expect(seen).to.include({ sends: 1, finds: 2 });
  });

  it('that was found after its window is done all the same', async () => {
    const { run, advance, key } = stage(findable, 'lose reply');
    await run();
    await advance(10 * resendForMs);
    expect(await run()).to.equal(`done: of ${key}`);
  });
});
