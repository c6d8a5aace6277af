import { expect } from 'chai';
import { within } from '../../runtime/with-timeout.ts';
import { leakedSince, openResources } from '../support/open-resources.ts';

describe('work that may take so long and no longer', () => {
  const never = () => new Promise<never>(() => undefined);

  it('gives what it comes to, and leaves no timer behind', async () => {
    const before = await openResources();
    expect(await within(3_600_000, Promise.resolve('done'))).to.equal('done');
    expect(await leakedSince(before, 1_000)).to.deep.equal([]);
  });

  it('throws what it throws', async () => {
    const failed = new Error('the queue is gone');
    expect(await within(3_600_000, Promise.reject(failed)).catch(error => error)).to.equal(failed);
  });

  it('is given up when its time is over, in the words of whoever waited', async () => {
    const late = (complaint?: string) => within(1, never(), complaint).catch(error => error.message);
    expect(await late()).to.equal('not done within 1 ms');
    expect(await late('purchase did not answer')).to.equal('purchase did not answer within 1 ms');
  });
});
