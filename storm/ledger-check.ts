import { spawnDetached } from '../runtime/system/detached-process.ts';
import { broken, type Violation } from './violation.ts';

/** The command's last lines are the sums and the count, and no findings. */
const summaryLines = 2;

/** The findings of our own check of the books, which recomputes them independently and reads every provider. */
export async function checkLedger(env: Readonly<Record<string, string>>): Promise<readonly Violation[]> {
  const lines: string[] = [];
  const check = spawnDetached(['workers/books/ledger-check-command.ts', '--at-rest'], env, line => lines.push(line));
  const end = await check.end;
  if (end === 'status 0') return [];
  const found =
    lines.length > summaryLines ? lines.slice(0, -summaryLines) : [`ledger:check ended with ${end}`, ...lines];
  return found.map(text => broken('', 'books', text));
}
