/**
 * `npm run storm -- --orders 300 --seed 1 --backend postgres|redis|cluster|sentinel [--pgbouncer] [--json]
 * [--only kill,fault,…]` starts the whole system, and:
 *
 * 1. restores the database from a backup of a moment ago;
 * 2. plays the scenarios of the demo and of later changes to a sale, while everything that can go wrong strikes, drawn
 *    from the seed;
 * 3. stops the strikes, and lets the system settle;
 * 4. enters the keys of another PayPal account, and takes them back;
 * 5. plays an outage of two months;
 * 6. judges what the outside world really did by the promise: bought once, paid out once, never lost.
 *
 * Exits with 0 only when the promise was kept.
 */
import '../runtime/node-version.ts';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { setStage } from '../demo/stage.ts';
import { keepTemporary, temporaryFolder } from '../runtime/system/started-processes.ts';
import { runStarter } from '../runtime/system/starter.ts';
import { createForces, type Forces } from './forces.ts';
import { checkLedger } from './ledger-check.ts';
import { createOperator } from './operator.ts';
import { readOptions } from './options.ts';
import { changeAccounts, ordersAtAccounts } from './other-account.ts';
import { ordersInOutage, playOutage } from './outage.ts';
import { drawProgramme } from './programme.ts';
import { untilNothingMoves } from './progress.ts';
import { ordersPutBack, putBackDatabase } from './put-back.ts';
import { withRegulars } from './regulars.ts';
import { report } from './report.ts';
import { drawStrikes, isAmong, type Strike, spanMs } from './schedule.ts';
import { type Expected, type Sent, send } from './send.ts';
import { settle } from './settle.ts';
import { allKills } from './standard.ts';
import { startStormSystem } from './system.ts';
import type { Violation } from './violation.ts';

const options = readOptions();
const { orders, seed, backend, pgbouncer, json, only } = options;
const patienceMs = 400_000;
const balancePerOrderMinor = 150_00;
const listedAfterSeconds = 3_700;
/** Whether the storm has enough orders for this part as well: a small one skips the later ones. */
const spares = (kind: string, part: number): boolean => orders >= 3 * part && (!only || only.includes(kind));
const withOutage = spares('outage', ordersInOutage);
const withRestore = spares('restore', ordersInOutage + ordersPutBack);
const withAccounts = spares('accounts', ordersInOutage + ordersPutBack + ordersAtAccounts);
const ordersApart =
  (withOutage ? ordersInOutage : 0) + (withRestore ? ordersPutBack : 0) + (withAccounts ? ordersAtAccounts : 0);

const startedAt = Date.now();
const seconds = () => Math.round((Date.now() - startedAt) / 100) / 10;
const out = json ? process.stderr : process.stdout;
const say = (text: string) => void out.write(`${seconds().toFixed(1).padStart(6)} s  ${text}\n`);

await runStarter('storm', async () => {
  const folder = temporaryFolder('storm');
  const logFile = join(folder, `storm-${backend}-${seed}.log`);
  const log = createWriteStream(logFile);
  say(`a storm over ${orders} orders, seed ${seed}, jobs in ${backend}; log: ${logFile}`);
  const status = await storm(folder, log);
  if (status !== 0) say(`the log is kept for a day: ${keepTemporary(logFile)}`);
  return status;
});

async function storm(folder: string, log: Writable): Promise<number> {
  await using stormed = await startStormSystem({ backend, pgbouncer, folder, log, patienceMs });
  const { system, store } = stormed;
  const until = untilNothingMoves(store, patienceMs);
  const stage = withRegulars(await setStage(system, store, { patienceMs, until, refundPolicy: 'automatic' }));
  const amountMinor = `${1_000_00 + balancePerOrderMinor * orders}`;
  for (const provider of ['paypal', 'payoneer'])
    await stage.sandbox('POST', '/balance', { provider, currency: 'USD', amountMinor });
  const { ADMIN_EMAIL = '', ADMIN_PASSWORD = '' } = system.env;
  const forces = createForces({
    stormed,
    operator: createOperator(system.urls.dashboard, ADMIN_EMAIL, ADMIN_PASSWORD),
    sandbox: stage.sandbox,
    tell: text => log.write(`storm     | ${new Date().toISOString()} ${text}\n`),
  });

  const programme = drawProgramme({ seed, orders: orders - ordersApart });
  const strikes = drawStrikes(options).filter(strike => !only || isAmong(strike, only));
  const sent: Sent = { begun: 0, expected: [], trouble: [] };
  say(`${programme.length} scenarios, ${strikes.length} strikes`);
  const settled = (expected: readonly Expected[]) => settle(store, expected, { patienceMs, say });
  if (withRestore) {
    // First: MercadoLibre allows few searches a minute, and all accounts are searched before money may leave again.
    say('the database is put back as it was a moment ago');
    sent.expected.push(...(await putBackDatabase(stage, stormed, settled)));
    await settled(sent.expected);
  }
  const telling = setInterval(() => say(told(sent, forces)), 5_000);
  const begun = Date.now();
  await Promise.all([
    send(stage, programme, begun, sent),
    ...strikes.map(async strike => {
      await itsTime(strike, begun, () => sent.begun / programme.length);
      await forces.strike(strike);
    }),
  ]);
  clearInterval(telling);
  await forces.calm();
  await stormed.endLooking();
  say(`${told(sent, forces)}; it is calm, the system settles`);
  await settled(sent.expected);
  if (withAccounts) {
    say('the keys of another PayPal account are entered, and taken back');
    sent.expected.push(...(await changeAccounts(stage, stormed)));
    await settled(sent.expected);
  }
  if (withOutage) {
    say('an outage, longer than any provider keeps a key');
    sent.expected.push(...(await playOutage(stage, stormed)));
    await settled(sent.expected);
  }
  // Marketplaces list a sale in their books an hour after it: an outage has passed that time.
  if (!withOutage) await stage.sandbox('POST', '/clock', { advanceSeconds: listedAfterSeconds });
  // Last, so that it sees everything that happened.
  say('ledger:check recomputes the books');
  const found = withoutForgotten(await checkLedger(system.env), sent.expected);
  const { summary, stormy, kept } = await report({ stage, sent, forces, orders, backend, found, say });
  const replay = `npm run storm -- --orders ${orders} --seed ${seed} --backend ${backend}${pgbouncer ? ' --pgbouncer' : ''}`;
  say(kept ? 'the promise was kept' : `the promise was BROKEN; again with: ${replay}`);
  if (!stormy && !only)
    say('but it was no storm: too few kills or faults have hit anything, or something was never killed');
  process.stdout.write(`${JSON.stringify({ ...summary, seconds: seconds() })}\n`);
  return kept && (stormy || only) ? 0 : 1;
}

/** Leaves out violations about keys that the restored database has lost: a person decides about their orders. */
function withoutForgotten(found: readonly Violation[], expected: readonly Expected[]): Violation[] {
  const forgotten = expected.flatMap(one => one.forgotten ?? []);
  return found.filter(({ text }) => !forgotten.some(key => text.includes(key)));
}

/** Waits for a strike's time, and on a slow machine for its share of the orders, so that it has something to hit. */
async function itsTime({ atMs }: Strike, begun: number, sentPart: () => number): Promise<void> {
  await sleep(Math.max(0, begun + atMs - Date.now()));
  while (sentPart() < Math.min(1, atMs / spanMs(orders))) await sleep(100);
}

function told({ expected }: Sent, { tally }: Forces): string {
  return `${expected.length} of ${orders} orders sent, ${allKills(tally.kills)} kills, ${tally.faults} faults`;
}
