/** `npm run ledger:check [-- --offline]`: recomputes everything from orders, effects and the providers' own books. */
import '../runtime/node-version.ts';
import { parseArgs } from 'node:util';
import { formatMoney } from '../domain/money.ts';
import { openGate } from '../providers/open-gate.ts';
import { readConfig } from '../runtime/config.ts';
import { createLogger } from '../runtime/logger.ts';
import { createSecretBox } from '../runtime/secret-box.ts';
import { ledgerTotals } from '../store/ledger.ts';
import { checkedRules, checkLedger } from '../store/ledger-check.ts';
import { openStore } from '../store/open.ts';
import { withEnteredKeys } from '../store/provider-keys.ts';
import { troubleBoard } from '../store/provider-troubles.ts';
import type { Context } from './context.ts';
import { checkProviders } from './provider-check.ts';
import { openProviders } from './providers.ts';

const { values } = parseArgs({ options: { offline: { type: 'boolean', default: false } } });
const given = readConfig();
const store = await openStore(given.databaseUrl, 4);
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
  providers: openProviders(config, gate),
  log,
  now: () => new Date(),
  signal: new AbortController().signal,
};
const write = (text: string) => void process.stdout.write(text);
const progress = (done: number, all: number) => {
  if (process.stdout.isTTY) write(`\rasked the providers ${done} of ${all} questions`);
};
try {
  const found = await store.read(em => checkLedger(em));
  if (!values.offline) found.push(...(await checkProviders(context, progress)));
  if (process.stdout.isTTY) write('\n');
  for (const { rule, subject, detail } of found) write(`${rule}: ${subject} ${detail}\n`);
  const totals = await store.read(em => ledgerTotals(em));
  write(`ledger: ${totals.map(total => `sum of ${total.currency} = ${formatMoney(total)}`).join(', ') || 'empty'}\n`);
  write(`${checkedRules.length} rules, ${found.length} differences\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
} finally {
  await gate.close();
  await store.close();
}
