/**
 * `npm run ledger:check [-- --offline] [-- --at-rest]`: recomputes everything from orders, effects and the providers' own
 * books, at once. At rest, what is so young that its news may be on its way is judged as well.
 */
import '../runtime/node-version.ts';
import { parseArgs } from 'node:util';
import { formatMoney } from '../domain/money.ts';
import { openGate } from '../providers/open-gate.ts';
import { readConfig } from '../runtime/config.ts';
import { createLogger } from '../runtime/logger.ts';
import { createSecretBox } from '../runtime/secret-box.ts';
import { bookRules } from '../store/book-rules.ts';
import { assertClocksAgree } from '../store/clocks-agree.ts';
import { ledgerTotals } from '../store/ledger.ts';
import { openStore } from '../store/open.ts';
import { formerKeys, withEnteredKeys } from '../store/provider-keys.ts';
import { troubleBoard } from '../store/provider-troubles.ts';
import { ourRules } from './books/our-rules.ts';
import { stages } from './books/stages.ts';
import type { Context } from './context.ts';
import { checkBooksNow } from './provider-check.ts';
import { openProviders } from './providers.ts';

const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({ options: { offline: flag, 'at-rest': flag } });
const given = readConfig();
const store = await openStore(given.databaseUrl, 4);
assertClocksAgree(store.clock);
const box = createSecretBox(given.encryptionKeys);
const config = await withEnteredKeys(given, store, box);
const log = createLogger('ledger-check', 'warn');
const gate = openGate({ ...config, board: troubleBoard(store), log });
const context: Context = {
  config,
  store,
  // Nothing is moved here, so nothing is enqueued.
  transact: work => store.transaction(em => work(em, () => undefined)),
  box,
  providers: openProviders(config, gate, { former: await formerKeys(config, given, store, box) }),
  log,
  now: store.clock.now,
  signal: new AbortController().signal,
};
const write = (text: string) => void process.stdout.write(text);
const progress = (asked: number, stage: string) => {
  if (process.stdout.isTTY) write(`\r\x1b[Kput ${asked} questions, now: ${stage}`);
};
try {
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
} finally {
  await gate.close();
  await store.close();
}
