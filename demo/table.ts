import Table from 'cli-table3';
import logUpdate from 'log-update';
import { jobForOrder } from '../queues/next-job.ts';
import type { Seen } from './sight.ts';

/** The rows that fit a terminal: the newest ones; the others are only counted. */
const rowsMax = 24;
const barWidth = 40;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const stateOf = (seen: Seen): string => {
  if (seen.settled) return 'settled';
  const why = seen.waitReason ?? seen.reason;
  return why ? `${seen.status} (${why})` : seen.status;
};

/** The queue that has the order now; once its sale is booked, that is `payout`. */
function queueOf(seen: Seen): string {
  if (seen.openLegs > 0) return 'payout';
  if (seen.settled) return '';
  const job = jobForOrder({ ...seen, stateEntry: 0, wake: 0, waitReason: null });
  return seen.status === 'WAITING' ? 'waiting' : (job?.queue ?? '');
}

function render(orders: readonly Seen[], ended: number, expected: number): string {
  const table = new Table({
    head: ['order', 'source', 'state', 'queue', 'age'],
    style: { head: ['cyan'], compact: true },
  });
  for (const seen of orders.slice(-rowsMax))
    table.push([seen.id.slice(0, 8), seen.channel, stateOf(seen), queueOf(seen), seconds(seen.ageMs)]);
  const filled = expected === 0 ? 0 : Math.round((barWidth * ended) / expected);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${ended} of ${expected} orders ended as they should`;
  const hidden = orders.length - rowsMax;
  return [hidden > 0 ? `… ${hidden} earlier orders` : '', table.toString(), bar].filter(Boolean).join('\n');
}

export type LiveTable = { show(orders: readonly Seen[], ended: number, expected: number): void; done(): void };

/** Redraws itself on a terminal; elsewhere it writes a line whenever the count changes. */
export function openTable(out: NodeJS.WriteStream): LiveTable {
  if (out.isTTY) return { show: (...state) => logUpdate(render(...state)), done: () => logUpdate.done() };
  let last = '';
  return {
    show: (orders, ended, expected) => {
      const line = `${ended} of ${expected} orders ended as they should (${orders.length} under way or done)`;
      if (line !== last) out.write(`${line}\n`);
      last = line;
    },
    done: () => undefined,
  };
}
