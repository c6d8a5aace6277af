import { lookAgain, type Until } from './http.ts';

/** Says how far everything has come: a text that changes whenever something moves forward. */
export type Mark = () => Promise<string>;

export type Limits = {
  /** If nothing moved for this long, nothing will. Longer than the longest silence of an order without trouble. */
  readonly stillMs: () => number;
  /** The limit of the whole run: a loop that moves for ever ends too. */
  readonly overallMs: number;
};

/** A wait that was given up; the message says why. */
export class Stalled extends Error {
  override readonly name = 'Stalled';
}

/**
 * Patience by progress: on a slow machine what takes long is waited for as long as anything moves. The clock of `overallMs`
 * starts here. A look that fails (a database that does not answer) sees nothing move; the last failure is told at the end.
 */
export function patienceBy(mark: Mark, { stillMs, overallMs }: Limits): Until {
  const overallEnd = Date.now() + overallMs;
  return async (what, holds) => {
    let [last, movedAt, failure] = ['', Date.now(), ''];
    const giveUp = (why: string) => new Stalled(`${why}: ${what}${failure}`);
    await lookAgain(async () => {
      try {
        if (await holds()) return true;
        const now = await mark();
        if (now !== last) [last, movedAt] = [now, Date.now()];
        failure = '';
      } catch (error) {
        failure = ` (the last look failed: ${error instanceof Error ? error.message : error})`;
      }
      const ms = stillMs();
      if (Date.now() - movedAt > ms) throw giveUp(`nothing moved for ${ms / 1_000} s`);
      if (Date.now() > overallEnd) throw giveUp(`not done ${overallMs / 1_000} s after the start`);
      return false;
    });
  };
}
