/**
 * `npm run storm -- --orders 300 --seed 1 --backend postgres|redis [--json] [--only kill,fault,…]`: the whole system, an
 * outside world that sends orders of all the demo's scenarios, and meanwhile everything that can go wrong, drawn from
 * the seed. Then it is calm, the system settles, and what the outside world really did is held against the promise:
 * bought once, paid out once, never lost. Exits with 0 only when it was kept.
 */
import '../runtime/node-version.ts';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setStage } from '../demo/stage.ts';
import { ledgerTotals } from '../store/ledger.ts';
import { readBooks } from './books.ts';
import { createForces, type Forces } from './forces.ts';
import { createOperator } from './operator.ts';
import { readOptions } from './options.ts';
import { readOrderFiles } from './order-file.ts';
import { drawProgramme } from './programme.ts';
import { describeViolations } from './report.ts';
import { drawStrikes, isAmong } from './schedule.ts';
import { type Expected, send } from './send.ts';
import { type Standing, settle } from './settle.ts';
import { startStormSystem } from './system.ts';
import { judge } from './verdict.ts';

const { orders, seed, backend, json, only } = readOptions();
const patienceMs = 90_000;
const balancePerOrderMinor = 150_00;

const startedAt = Date.now();
const seconds = () => Math.round((Date.now() - startedAt) / 100) / 10;
const out = json ? process.stderr : process.stdout;
const say = (text: string) => out.write(`${String(seconds()).padStart(6)} s  ${text}\n`);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));

const folder = mkdtempSync(join(tmpdir(), 'orders-storm-'));
const logFile = join(tmpdir(), `orders-storm-${backend}-${seed}-${process.pid}.log`);
const log = createWriteStream(logFile);
say(`a storm over ${orders} orders, seed ${seed}, jobs in ${backend}; log: ${logFile}`);

try {
  process.exitCode = await storm();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function storm(): Promise<number> {
  await using stormed = await startStormSystem({ backend, folder, log, patienceMs, signal: stop.signal });
  const { system, store } = stormed;
  const stage = await setStage(system, store, { patienceMs, refundPolicy: 'automatic' });
  const amountMinor = `${1_000_00 + balancePerOrderMinor * orders}`;
  await stage.sandbox('POST', '/balance', { provider: 'paypal', currency: 'USD', amountMinor });
  const { ADMIN_EMAIL = '', ADMIN_PASSWORD = '' } = system.env;
  const forces = createForces({
    stormed,
    operator: createOperator(system.urls.dashboard, ADMIN_EMAIL, ADMIN_PASSWORD),
    sandbox: stage.sandbox,
    tell: text => log.write(`storm     | ${new Date().toISOString()} ${text}\n`),
  });

  const programme = drawProgramme({ seed, orders });
  const strikes = drawStrikes({ seed, orders, backend }).filter(strike => !only || isAmong(strike, only));
  const expected: Expected[] = [];
  say(`${programme.length} scenarios, ${strikes.length} strikes`);
  const watching = new AbortController();
  const watched = watch(expected, forces, watching.signal);
  const begun = Date.now();
  const [trouble] = await Promise.all([
    send(stage, programme, begun, expected, stop.signal),
    ...strikes.map(async strike => {
      await sleep(Math.max(0, begun + strike.atMs - Date.now()), undefined, { signal: stop.signal });
      await forces.strike(strike);
    }),
  ]);
  watching.abort();
  await watched;
  await forces.calm();
  say('calm; the system settles');
  const progress = ({ ended, orders: sent }: Standing) => say(`${ended} of ${sent} orders ended`);
  await settle(store, expected, { patienceMs, progress, signal: stop.signal });

  const [files, entries] = [await readOrderFiles(store), await readBooks(stage.sandbox)];
  const verdict = judge({ files, entries, expected, ledgerTotals: await store.read(em => ledgerTotals(em)) });
  const count = (kind: string) => verdict.violations.filter(violation => violation.kind === kind).length;
  const summary = {
    orders: expected.length,
    kills: Object.values(forces.tally.kills).reduce((sum, kills) => sum + kills, 0),
    faults: forces.tally.faults,
    duplicates: count('duplicate'),
    lost: count('lost'),
    forbidden: count('forbidden'),
    needsReview: verdict.needsReview.length,
    ledgerBalanced: verdict.ledgerBalanced,
    booksAgree: verdict.booksAgree,
    seconds: seconds(),
  };
  for (const line of trouble) say(`broke off: ${line}`);
  for (const { id, status, reason, legs } of verdict.needsReview)
    say(`for review: ${id} ${status} ${reason ?? legs.map(leg => `${leg.status} ${leg.reason ?? ''}`).join(', ')}`);
  if (verdict.violations.length > 0)
    out.write(`${await describeViolations(verdict.violations, { store, files, entries })}\n\n`);
  const { kills, ...others } = forces.tally;
  say(`kills ${JSON.stringify(kills)}, ${JSON.stringify(others)}`);
  const good = verdict.violations.length === 0 && trouble.length === 0 && expected.length === orders;
  const replay = `npm run storm -- --orders ${orders} --seed ${seed} --backend ${backend}`;
  say(good ? 'the promise was kept' : `the promise was BROKEN; again with: ${replay}`);
  process.stdout.write(`${JSON.stringify(summary)}\n`);
  return good ? 0 : 1;
}

/** A line every now and then for whoever waits. */
async function watch(expected: readonly Expected[], forces: Forces, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(5_000, undefined, { signal }).catch(() => undefined);
    const { kills, faults } = forces.tally;
    const killed = Object.values(kills).reduce((sum, times) => sum + times, 0);
    say(`${expected.length} of ${orders} orders sent, ${killed} kills, ${faults} faults`);
  }
}
