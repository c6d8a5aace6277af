/** Covers: store/database/clock.ts. */
import { expect } from 'chai';
import { type Clock, openClock } from '../../../store/database/clock.ts';

const noon = Date.parse('2030-01-01T12:00:00Z');
const hourMs = 3_600_000;

describe('the clock of a store', () => {
  let clock: Clock;
  /** What the database is asked for now, oldest first; each is answered with a time. */
  let asked: ((ms: number) => void)[] = [];
  before(async () => {
    asked = [];
    const opening = openClock(<T>() => new Promise<T>(answer => asked.push(ms => answer(new Date(ms) as T))));
    for (let reading = 0; reading < 2; reading += 1) {
      asked.shift()?.(noon);
      await new Promise(setImmediate);
    }
    clock = await opening;
  });
  after(() => clock.close());

  const toTheHour = () => Math.round((clock.now().getTime() - noon) / hourMs);

  it('goes on from the last reading', async () => {
    const reading = clock.read();
    asked.shift()?.(noon + hourMs);
    await reading;
    expect(toTheHour()).to.equal(1);
  });

  it('is not set back by an answer that a later one has overtaken', async () => {
    const [slow, quick] = [clock.read(), clock.read()];
    const [answerSlow, answerQuick] = asked.splice(0);
    answerQuick?.(noon + 3 * hourMs);
    await quick;
    answerSlow?.(noon);
    await slow;
    expect(toTheHour()).to.equal(3);
  });
});
