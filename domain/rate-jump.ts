import { parseDecimal } from './money.ts';

/** No currency of ours has moved so far in a day; a misplaced decimal point has. */
const jumpMaxPercent = 20n;

/** Whether a rate is further from the one before it than a market moves in a day. Both are positive decimal texts. */
export function jumpsTooFar(before: string, after: string): boolean {
  const [was, is] = [parseDecimal(before), parseDecimal(after)];
  const [old, now] = [was.units * is.scale, is.units * was.scale];
  const moved = now > old ? now - old : old - now;
  return moved * 100n > old * jumpMaxPercent;
}
