import type { Stage } from '../demo/stage.ts';
import type { OrderId } from '../domain/ids.ts';
import type { Store } from '../store/database/open.ts';
import { ledgerTotals } from '../store/money/ledger.ts';
import { timelineOf } from '../store/orders/timeline.ts';
import { byOrder, type Entry, readBooks } from './books.ts';
import type { Forces } from './forces.ts';
import { type OrderFile, readOrderFiles } from './order-file.ts';
import type { Backend } from './schedule.ts';
import type { Sent } from './send.ts';
import { allKills, isStormy } from './standard.ts';
import { fileOf, forgottenKeys, judge } from './verdict.ts';
import { tellReview, type Violation } from './violation.ts';

type Say = (text: string) => void;

/** Reads both sides' books, judges them, and reports each violation with everything known about its order. */
export async function report(options: {
  stage: Stage;
  sent: Sent;
  forces: Forces;
  orders: number;
  backend: Backend;
  /** Violations that were found already, by the check of the books. */
  found: readonly Violation[];
  say: Say;
}) {
  const { stage, sent, forces, orders, backend, say } = options;
  const { store, sandbox } = stage;
  const [files, entries] = [await readOrderFiles(store), await readBooks(sandbox)];
  const totals = await store.read(em => ledgerTotals(em));
  const verdict = judge({ files, entries, expected: sent.expected, ledgerTotals: totals });
  const { inReview, ledgerBalanced } = verdict;
  const violations = [...options.found, ...verdict.violations];
  const { kills, ...others } = forces.tally;

  for (const line of sent.trouble) say(`broke off: ${line}`);
  for (const { scenario, ending } of sent.expected.filter(({ undecidable }) => undecidable !== undefined)) {
    const file = fileOf(files, ending.order);
    say(`${scenario}: ${file ? tellReview(file) : 'lost'}`);
  }
  const books = byOrder(entries, files, forgottenKeys(files, sent.expected));
  for (const [orderId, found] of Map.groupBy(violations, violation => violation.orderId)) {
    const file = files.find(({ id }) => id === orderId);
    const known = file ? await knownOf(store, file, books.get(orderId) ?? []) : [];
    say([`order ${orderId || '(none)'}`, ...found.map(tell), ...known].join('\n    '));
  }
  say(`kills ${JSON.stringify(kills)}, ${JSON.stringify(others)}`);

  const count = (kind: Violation['kind']) => violations.filter(violation => violation.kind === kind).length;
  const summary = {
    orders: sent.expected.length,
    kills: allKills(kills),
    faults: others.faults,
    shapes: others.shapes,
    duplicates: count('duplicate'),
    forbidden: count('forbidden'),
    lost: count('lost') + sent.trouble.length,
    inReview: inReview.length,
    needless: count('needless'),
    guessed: count('guessed'),
    ledgerBalanced,
    booksAgree: count('books') === 0,
  };
  const kept = violations.length === 0 && sent.trouble.length === 0 && summary.orders === orders;
  const stormy = isStormy(forces.tally, orders, backend);
  return { summary, stormy, kept };
}

const tell = ({ kind, text }: Violation): string => `${kind.toUpperCase()}: ${text}`;
async function knownOf(store: Store, file: OrderFile, entries: readonly Entry[]): Promise<string[]> {
  const timeline = await store.read(em => timelineOf(em, file.id as OrderId));
  return [
    'our timeline:',
    ...timeline.map(({ at, kind, note }) => `  ${at.toISOString()} ${kind}: ${note}`),
    'our effects:',
    ...file.effects.map(({ purpose, key, status, sends }) => `  ${purpose} ${key}: ${status}, sent ${sends} times`),
    "the world's books:",
    ...entries.map(
      ({ at, kind, key, reference, amountMinor, detail }) =>
        `  ${at} ${kind} ${reference} of ${amountMinor}, key ${key} ${JSON.stringify(detail)}`,
    ),
  ];
}
