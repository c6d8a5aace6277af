import { expect } from 'chai';
import { Overloaded, openGroups } from '../../runtime/group-commit.ts';

const oneAtATime = { itemsMax: 3, groupsMax: 1, waitingMax: 10, waitMaxMs: 60_000, isFaultOfOne: () => true };

describe('a group commit', () => {
  it('takes what arrives together as one, and what comes meanwhile as the next', async () => {
    const groups: number[][] = [];
    const double = openGroups<number, number>({
      ...oneAtATime,
      perform: async items => {
        groups.push([...items]);
        return items.map(item => item * 2);
      },
    });
    const first = [double(1), double(2)];
    const later = first[0]!.then(() => Promise.all([double(3), double(4), double(5), double(6)]));
    expect(await Promise.all(first)).to.deep.equal([2, 4]);
    expect(await later).to.deep.equal([6, 8, 10, 12]);
    expect(groups).to.deep.equal([[1, 2], [3, 4, 5], [6]]);
  });

  it('fails alone what is at fault alone', async () => {
    const store = openGroups<string, string>({
      ...oneAtATime,
      perform: async items => {
        if (items.includes('bad')) throw new Error(`not ${items.join()}`);
        return items;
      },
    });
    const outcomes = await Promise.allSettled([store('good'), store('bad'), store('fair')]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails all of them when the fault is nobody’s own: who was answered for is not known', async () => {
    let tries = 0;
    const store = openGroups<string, string>({
      ...oneAtATime,
      isFaultOfOne: () => false,
      perform: async () => {
        tries += 1;
        throw new Error('the connection broke');
      },
    });
    const outcomes = await Promise.allSettled([store('one'), store('two')]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect(tries).to.equal(1);
  });

  it('refuses who comes when too many wait, and who has waited for too long, while a group hangs', async () => {
    const hanging = Promise.withResolvers<readonly string[]>();
    const store = openGroups<string, string>({
      ...oneAtATime,
      itemsMax: 1,
      waitingMax: 2,
      waitMaxMs: 50,
      perform: () => hanging.promise,
    });
    const first = store('first');
    await new Promise(setImmediate);
    const waiting = [store('second'), store('third')];
    const tooMany = await store('fourth').catch((error: unknown) => error);
    expect(tooMany).to.be.instanceOf(Overloaded).and.have.property('message', 'too many wait');
    for (const late of await Promise.all(waiting.map(one => one.catch((error: unknown) => error))))
      expect(late).to.be.instanceOf(Overloaded).and.have.property('message', 'waited for too long');
    hanging.resolve(['done']);
    expect(await first).to.equal('done');
  });

  it('refuses in time what is left over of a burst, though nobody comes after it', async () => {
    const store = openGroups<number, number>({
      ...oneAtATime,
      itemsMax: 1,
      waitMaxMs: 50,
      perform: () => new Promise(() => undefined),
    });
    const [, ...left] = [1, 2, 3].map(one => store(one));
    for (const late of await Promise.all(left.map(one => one.catch((error: unknown) => error))))
      expect(late).to.be.instanceOf(Overloaded).and.have.property('message', 'waited for too long');
  });
});
