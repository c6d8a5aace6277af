import { setTimeout as sleep } from 'node:timers/promises';
import { NotNow } from '../../domain/call-outcome.ts';
import type { Finding } from '../../store/books/book-findings.ts';
import type { Context } from '../context/context.ts';
import type { Asked, Slice, Stage } from './check-stage.ts';

/** The whole check at once, for a command. Findings are returned, not stored, and no difference gets a second look. */
export async function checkBooksNow(
  ctx: Context,
  { chosen, atRest }: { chosen: readonly Stage[]; atRest: boolean },
  progress: (asked: number, stage: string) => void = () => undefined,
): Promise<Finding[]> {
  const found: Finding[] = [];
  let asked = 0;
  for (const stage of chosen)
    for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
      const slice: Slice = await readNow(ctx, stage, { cursor, patient: false, atRest });
      found.push(...slice.findings);
      asked += slice.asked;
      cursor = slice.next;
      progress(asked, stage.name);
    }
  return found;
}

/** When a provider refuses more calls for now, waits and reads the slice again. */
async function readNow(ctx: Context, stage: Stage, asked: Asked): Promise<Slice> {
  for (;;) {
    try {
      return await stage.read(ctx, asked);
    } catch (error) {
      if (!(error instanceof NotNow)) throw error;
      await sleep(error.retryAfterMs, undefined, { signal: ctx.signal });
    }
  }
}
