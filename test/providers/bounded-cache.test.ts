import { expect } from 'chai';
import { createBoundedCache } from '../../providers/bounded-cache.ts';
import { thrownBy } from './thrown-by.ts';

describe('bounded cache', () => {
  const loading = (maxEntries: number, fails: (key: string) => boolean = () => false) => {
    const loads: string[] = [];
    let nowMs = 0;
    const get = createBoundedCache({
      maxEntries,
      ttlMs: 1000,
      now: () => nowMs,
      load: async key => {
        loads.push(key);
        if (fails(key)) throw new Error('down');
        return `value of ${key}`;
      },
    });
    const later = (ms: number) => {
      nowMs += ms;
    };
    return { get, loads, later };
  };

  it('loads once for callers that come together', async () => {
    const { get, loads } = loading(2);
    expect(await Promise.all([get('a'), get('a')])).to.deep.equal(['value of a', 'value of a']);
    expect(loads).to.deep.equal(['a']);
  });

  it('loads again when the time is up', async () => {
    const { get, loads, later } = loading(2);
    await get('a');
    later(1000);
    await get('a');
    expect(loads).to.deep.equal(['a', 'a']);
  });

  it('lets go of what was used longest ago', async () => {
    const { get, loads } = loading(2);
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await get(key);
    expect(loads).to.deep.equal(['a', 'b', 'c', 'b']);
  });

  it('does not keep a failure', async () => {
    const { get, loads } = loading(2, () => true);
    await thrownBy(() => get('a'));
    await thrownBy(() => get('a'));
    expect(loads).to.deep.equal(['a', 'a']);
  });
});
