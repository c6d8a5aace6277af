/**
 * `npm run ledger:check [-- --offline] [-- --at-rest]`: recomputes everything from orders, effects and the providers' own
 * books, at once. With `--at-rest`, movements so recent that their news may be on its way are judged as well.
 */
import '../../runtime/node-version.ts';
import { parseArgs } from 'node:util';
import { formatMoney } from '../../domain/money.ts';
import { bookRules } from '../../store/books/book-rules.ts';
import { ledgerTotals } from '../../store/money/ledger.ts';
import { openCommand } from '../command.ts';
import { checkBooksNow } from './check-books-now.ts';
import { stages } from './check-stages.ts';
import { ourRules } from './our-rules.ts';

const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({ options: { offline: flag, 'at-rest': flag } });
await using command = await openCommand('ledger-check');
const { context } = command;
const { store } = context;
const write = (text: string) => void process.stdout.write(text);
const progress = (asked: number, stage: string) => {
  if (process.stdout.isTTY) write(`\r\x1b[Kasked ${asked} questions, now: ${stage}`);
};
const found = await checkBooksNow(
  context,
  { chosen: values.offline ? [ourRules] : stages, atRest: values['at-rest'] },
  progress,
);
if (process.stdout.isTTY) write('\n');
const [wrong, uncheckable] = [false, true].map(wanted =>
  found.filter(({ kind }) => (kind === 'uncheckable') === wanted),
);
for (const { rule, subject, detail } of wrong ?? []) write(`${rule}: ${subject} ${detail}\n`);
for (const { subject, detail } of uncheckable ?? []) write(`cannot be checked: ${subject} ${detail}\n`);
const totals = await store.read(em => ledgerTotals(em));
write(`ledger: ${totals.map(total => `sum of ${total.currency} = ${formatMoney(total)}`).join(', ') || 'empty'}\n`);
write(`${bookRules.length} rules, ${wrong?.length ?? 0} differences, ${uncheckable?.length ?? 0} uncheckable\n`);
process.exitCode = wrong?.length === 0 ? 0 : 1;
