import type { Stage } from '../support/stage.ts';
import { type Changes, performWith } from './workbench.ts';

/** A waiting order is taken up again: let through anew, and bought. Gives what it came to. */
export async function goOn(stage: Stage, id: string, changes: Changes = {}): Promise<string> {
  const answer = await performWith(stage, changes, 'fulfill', id);
  return (await stage.order(id)).status === 'PURCHASING' ? performWith(stage, changes, 'purchase', id) : answer;
}
