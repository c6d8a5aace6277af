import { lookAgain, type Until } from './http.ts';

/** Says how far everything has come: a text that changes whenever something moves forward. */
export type Mark = () => Promise<string>;

export type Limits = {
  /** Nothing at all has moved for so long: nothing will. Longer than the longest silence of an order that is well. */
  readonly stillMs: number;
  /** Of everything together: a loop that moves for ever ends too. */
  readonly overallMs: number;
};

/** Waited for in vain; its message says how. */
export class Stalled extends Error {
  override readonly name = 'Stalled';
}

/**
 * Patience by progress: on a slow machine what takes long is waited for as long as anything moves. The clock of `overallMs`
 * starts here. A look that fails (a database that does not answer) sees nothing move.
 */
export function patienceBy(mark: Mark, { stillMs, overallMs }: Limits): Until {
  const overallEnd = Date.now() + overallMs;
  return async (what, holds) => {
    let [last, movedAt] = ['', Date.now()];
    await lookAgain(async () => {
      if (await holds().catch(() => false)) return true;
      const now = await mark().catch(() => last);
      if (now !== last) [last, movedAt] = [now, Date.now()];
      if (Date.now() - movedAt > stillMs) throw new Stalled(`nothing moved for ${stillMs / 1_000} s: ${what}`);
      if (Date.now() > overallEnd) throw new Stalled(`not done ${overallMs / 1_000} s after the start: ${what}`);
      return false;
    });
  };
}
