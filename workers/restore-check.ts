/**
 * `npm run restore:check [-- --lost-from TIME] [-- --go-on]`, after the database was restored from a backup. Holds all
 * money from its first run on, says what is not read yet and what nobody can decide, and lets money leave again with
 * `--go-on`. See docs/restore.md.
 */
import '../runtime/node-version.ts';
import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { CannotStart } from '../runtime/cannot-start.ts';
import { untakenEvents } from '../store/events/untaken-events.ts';
import { endRestore, notReadYet, openRestore, purchasesInDoubt } from '../store/restore.ts';
import { checkBooksNow } from './books/check-books-now.ts';
import { stages } from './books/check-stages.ts';
import { openCommand } from './command.ts';

const { values } = parseArgs({
  options: { 'lost-from': { type: 'string' }, 'go-on': { type: 'boolean', default: false } },
});
const lostFrom = values['lost-from'] === undefined ? undefined : new Date(values['lost-from']);
if (lostFrom && Number.isNaN(lostFrom.getTime()))
  throw new CannotStart('RESTORE_TIME_UNREADABLE: --lost-from takes a time such as 2026-11-30T14:00:00Z');
await using command = await openCommand('restore-check');
const { context } = command;
const { store } = context;
const write = (text: string) => void process.stdout.write(`${text}\n`);
const restore = await store.transaction(em => openRestore(em, lostFrom));
write(
  `all money is held: what was done between ${restore.lostFrom.toISOString()} and ${restore.openedAt.toISOString()} is not known`,
);
const missing = await store.read(notReadYet);
for (const line of missing) write(`not read yet: ${line}`);
for (const { source, type, note } of await store.read(em => untakenEvents(em, { limit: 1_000, offset: 0 })))
  write(`nothing has come of: ${source} ${type}: ${note ?? 'it waits'}`);
for (const { id, channel, number } of await store.read(purchasesInDoubt))
  write(`bought or not, a person decides when it comes to it: order ${id} (${channel} ${number})`);
for (const { rule, subject, detail } of await checkBooksNow(context, { chosen: stages, atRest: false }))
  write(`${rule}: ${subject} ${detail}`);
if (!values['go-on']) write('when all of this was looked at: npm run restore:check -- --go-on');
else if (missing.length > 0) {
  write('RESTORE_NOT_READ: money stays held until all is read up to the restore: start the system and wait');
  process.exitCode = 1;
} else {
  await store.transaction(em => endRestore(em, userInfo().username));
  write('money may leave again');
}
