import { expect } from 'chai';
import { Retryable, Terminal } from '../../../domain/call-outcome.ts';
import { createSigningKeys, type Kept, type Shelf } from '../../../providers/webhook/signing-keys.ts';
import { KeysLimited } from '../../../providers/webhook/unknown-keys.ts';
import { until } from '../../support/until.ts';
import { thrownBy } from '../thrown-by.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A provider with three keys, and a shelf that may be shared by processes. */
function bench(shelved = new Map<string, Kept<string>>(), strangersPerHour?: number) {
  const real = new Set(['one', 'two', 'three']);
  const asked: string[] = [];
  let [nowMs, away] = [1_000 * dayMs, false];
  const shelf: Shelf<string> = {
    find: async id => shelved.get(id),
    put: async (id, kept) => void shelved.set(id, kept),
  };
  /** Calls that are made to wait are answered when it is let go. */
  const held: (() => void)[] = [];
  let [holding, atOnce, mostAtOnce] = [false, 0, 0];
  const { keyFor: get, heard } = createSigningKeys({
    provider: 'ebay',
    fetchKey: async id => {
      asked.push(id);
      atOnce += 1;
      mostAtOnce = Math.max(mostAtOnce, atOnce);
      if (holding) await new Promise<void>(resolve => held.push(resolve));
      atOnce -= 1;
      if (away) throw new Retryable('EBAY_NO_ANSWER', 'away');
      if (!real.has(id)) throw new Terminal('EBAY_195001', 'not one of ours');
      return `key ${id}`;
    },
    shelf,
    freshMs: hourMs,
    ...(strangersPerHour ? { strangersPerHour } : {}),
    now: () => nowMs,
  });
  return {
    get,
    heard,
    hold: () => (holding = true),
    letGo: () => {
      holding = false;
      for (const go of held.splice(0)) go();
    },
    mostAtOnce: () => mostAtOnce,
    asked,
    shelved,
    real,
    later: (ms: number) => (nowMs += ms),
    goAway: (gone = true) => (away = gone),
    nowMs: () => nowMs,
  };
}

describe('signing keys', () => {
  it('are asked for once while they are fresh, also by many at once', async () => {
    const { get, asked, later } = bench();
    expect(await Promise.all([get('one', 'a'), get('one', 'b'), get('one', 'a')])).to.deep.equal(
      Array(3).fill('key one'),
    );
    later(hourMs - 1);
    await get('one', 'a');
    expect(asked).to.deep.equal(['one']);
    later(1);
    await get('one', 'a');
    expect(asked).to.deep.equal(['one', 'one']);
  });

  it('outlive their process', async () => {
    const first = bench();
    await first.get('one', 'a');
    const second = bench(first.shelved);
    expect(await second.get('one', 'a')).to.equal('key one');
    expect(second.asked).to.deep.equal([]);
  });

  /** How many of ten made-up names of this source were looked up. */
  const lookedUp = async (get: ReturnType<typeof bench>['get'], source: string): Promise<number> => {
    const errors = [];
    for (let number = 0; number < 10; number += 1)
      errors.push(await thrownBy(() => get(`made-up-${source}-${number}`, source)));
    return errors.filter(error => !(error instanceof KeysLimited)).length;
  };

  it('that were made up cost three questions a minute and source, however many sources there are', async () => {
    const { get, shelved } = bench();
    for (let source = 0; source < 30; source += 1) expect(await lookedUp(get, `${source}`)).to.equal(3);
    expect([...shelved.keys()]).to.deep.equal([]);
    const error = await thrownBy(() => get('made-up', '1'));
    expect(error).to.be.instanceOf(KeysLimited);
    expect((error as KeysLimited).retryAfterMs).to.be.within(1, 60_000);
    expect(await get('one', 'the provider, never heard of')).to.equal('key one');
  });

  it('that nobody has heard of are fetched one at a time, and only some wait', async () => {
    const { get, hold, letGo, asked, mostAtOnce } = bench();
    hold();
    const tries = Array.from({ length: 20 }, (_, source) => thrownBy(() => get(`made-up-${source}`, `${source}`)));
    await until(() => asked.length === 1);
    letGo();
    const errors = await Promise.all(tries);
    expect(errors.filter(error => error instanceof KeysLimited)).to.have.length(9);
    expect(mostAtOnce()).to.equal(1);
  });

  it('of a source that was genuine do not wait for strangers’, however many and slow they are', async () => {
    const { get, heard, hold, letGo, asked } = bench();
    heard('the provider');
    hold();
    const strangers = Array.from({ length: 20 }, (_, source) => thrownBy(() => get(`made-up-${source}`, `${source}`)));
    const [stranger, genuine] = [thrownBy(() => get('one', 'never heard of')), get('two', 'the provider')];
    await until(() => asked.includes('two'));
    expect(asked).to.have.length(2);
    letGo();
    expect(await genuine).to.equal('key two');
    expect(await stranger).to.be.instanceOf(KeysLimited);
    await Promise.all(strangers);
  });

  it('are a part of what the provider gives in an hour, and the other part is kept for who was genuine', async () => {
    const { get, heard, asked } = bench(undefined, 10);
    heard('the provider');
    for (let source = 0; source < 10; source += 1) await lookedUp(get, `${source}`);
    expect(asked).to.have.length(10);
    expect(await thrownBy(() => get('one', 'never heard of'))).to.be.instanceOf(KeysLimited);
    expect(await get('one', 'the provider')).to.equal('key one');
    expect(await lookedUp(get, 'the provider')).to.equal(2);
  });

  it('that are known are never held up by made-up ones, in this process and after it, fresh or not', async () => {
    const { get, later, shelved } = bench();
    await get('one', 'ebay');
    for (const source of ['a', 'b', 'c'])
      for (let number = 0; number < 4; number += 1) await thrownBy(() => get(`made-up-${number}`, source));
    expect(await get('one', 'ebay')).to.equal('key one');
    later(2 * hourMs);
    expect(await get('one', 'a'), 'asked for again').to.equal('key one');
    const restarted = bench(shelved);
    for (let number = 0; number < 4; number += 1) await thrownBy(() => restarted.get(`made-up-${number}`, 'a'));
    expect(await restarted.get('one', 'a')).to.equal('key one');
  });

  it('of one source’s making hold up nobody else’s new key', async () => {
    const { get } = bench();
    for (let number = 0; number < 10; number += 1) await thrownBy(() => get(`made-up-${number}`, 'a'));
    expect(await get('two', 'ebay')).to.equal('key two');
  });

  it('stay in use for a week while their provider is away, and are not asked for with each notification', async () => {
    const { get, asked, later, goAway } = bench();
    await get('one', 'a');
    goAway();
    later(2 * hourMs);
    for (let turn = 0; turn < 5; turn += 1) expect(await get('one', 'a')).to.equal('key one');
    expect(asked).to.have.length(2);
    later(60_000);
    await get('one', 'a');
    expect(asked).to.have.length(3);
    later(7 * dayMs);
    expect(await thrownBy(() => get('one', 'a'))).to.be.instanceOf(Retryable);
    goAway(false);
    expect(await get('one', 'a')).to.equal('key one');
  });

  it('that their provider has taken back are used no more', async () => {
    const { get, later, real } = bench();
    await get('one', 'a');
    real.delete('one');
    later(hourMs);
    expect(await thrownBy(() => get('one', 'a'))).to.have.property('code', 'EBAY_195001');
    expect(await thrownBy(() => get('one', 'a'))).to.have.property('code', 'EBAY_195001');
  });
});
