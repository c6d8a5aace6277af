import { expect } from 'chai';
import { Retryable, Terminal } from '../../domain/outcome.ts';
import { createSigningKeys, type Kept, KeysLimited, type Shelf } from '../../providers/signing-keys.ts';
import { thrownBy } from './thrown-by.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A provider with three keys, and a shelf that may be shared by processes. */
function bench(shelved = new Map<string, Kept<string>>()) {
  const real = new Set(['one', 'two', 'three']);
  const asked: string[] = [];
  let [nowMs, away] = [1_000 * dayMs, false];
  const shelf: Shelf<string> = {
    find: async id => shelved.get(id),
    put: async (id, kept) => void shelved.set(id, kept),
  };
  const get = createSigningKeys({
    provider: 'ebay',
    fetchKey: async id => {
      asked.push(id);
      if (away) throw new Retryable('EBAY_NO_ANSWER', 'away');
      if (!real.has(id)) throw new Terminal('EBAY_195001', 'not one of ours');
      return `key ${id}`;
    },
    shelf,
    freshMs: hourMs,
    now: () => nowMs,
  });
  return {
    get,
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

  it('that were made up cost three questions a minute and source, and six in all', async () => {
    const { get, asked, shelved } = bench();
    const tried = async (source: string) => {
      const errors = [];
      for (let number = 0; number < 10; number += 1)
        errors.push(await thrownBy(() => get(`made-up-${source}-${number}`, source)));
      return errors.filter(error => !(error instanceof KeysLimited)).length;
    };
    expect([await tried('a'), await tried('b'), await tried('c')]).to.deep.equal([3, 3, 0]);
    expect(asked).to.have.length(6);
    expect([...shelved.keys()]).to.deep.equal([]);
    const error = await thrownBy(() => get('made-up', 'd'));
    expect(error).to.be.instanceOf(KeysLimited);
    expect((error as KeysLimited).retryAfterMs).to.be.within(1, 60_000);
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
