import { lookAgain, type Until } from './http.ts';

/** Gives a text that changes whenever something moves forward. */
export type Mark = () => Promise<string>;

export type Limits = {
  /** If nothing moved for this long, nothing will. Longer than an order without trouble ever pauses. */
  readonly stillMs: () => number;
  /** The limit of the whole run, for a loop that moves for ever. */
  readonly overallMs: number;
};

/** A wait that was given up; the message says why. */
export class Stalled extends Error {
  override readonly name = 'Stalled';
}

/**
 * A wait that lasts as long as anything moves, so that a slow machine has the time it needs. `overallMs` counts from
 * this call. A look that fails (the database does not answer) counts as no movement; the error names the last failure.
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
