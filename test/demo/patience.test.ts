import { expect } from 'chai';
import { patienceBy, Stalled } from '../../demo/patience.ts';

const never = async () => false;
const problemOf = (waiting: Promise<void>) =>
  waiting.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('patience by progress', () => {
  it('outlasts its own limit as long as something moves', async () => {
    let looks = 0;
    const until = patienceBy(async () => `${looks}`, { stillMs: () => 150, overallMs: 60_000 });
    const startedAt = Date.now();
    await until('three times as long', async () => {
      looks += 1;
      return Date.now() - startedAt > 450;
    });
    expect(looks).to.be.above(2);
  });

  it('ends when nothing has moved for too long, and says for what it waited', async () => {
    const until = patienceBy(async () => 'still', { stillMs: () => 150, overallMs: 60_000 });
    const problem = await problemOf(until('the order is bought', never));
    expect(problem).to.be.instanceOf(Stalled);
    expect(String(problem)).to.include('nothing moved for 0.15 s: the order is bought');
  });

  it('ends in the end, also when something moves for ever', async () => {
    let moves = 0;
    const mark = async () => {
      moves += 1;
      return `${moves}`;
    };
    const until = patienceBy(mark, { stillMs: () => 60_000, overallMs: 300 });
    expect(String(await problemOf(until('an end', never)))).to.include('not done 0.3 s after the start: an end');
  });

  it('takes a database that does not answer for one in which nothing moves', async () => {
    const away = async (): Promise<never> => Promise.reject(new Error('connection refused'));
    const until = patienceBy(away, { stillMs: () => 150, overallMs: 60_000 });
    const problem = String(await problemOf(until('anything', away)));
    expect(problem).to.include('nothing moved for 0.15 s: anything (the last look failed: connection refused)');
  });
});
