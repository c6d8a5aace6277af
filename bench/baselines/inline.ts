/**
 * The road of an order as a good engineer would write it by hand, in one process and without a queue: the same provider
 * clients, the same rows, and a commit wherever the promise needs one. It imports nothing of `workers/` or `store/`.
 *
 *   POST /run {"orders": [ids], "lanes": {"fulfill": 5, …}} → {"settled", "offTheRoad", "sent"}
 *
 * It knows the one road on which nothing goes wrong: an order that would wait or be reviewed ends there.
 */
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAliExpressClient } from '../../providers/aliexpress/client.ts';
import { createPayPalClient } from '../../providers/paypal/client.ts';
import { readWorkerConfig } from '../../runtime/config.ts';
import { listen } from '../../runtime/http/listen.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createSecretBox } from '../../runtime/secrets/secret-box.ts';
import { openDatabase } from './inline/database.ts';
import { openFulfill } from './inline/fulfill.ts';
import { type Lane, openLane } from './inline/lanes.ts';
import { payOut, readBack } from './inline/payout.ts';
import { lockLeg, ofPayout } from './inline/payout-statements.ts';
import { purchase } from './inline/purchase.ts';
import type { Claimed } from './inline/purchase-statements.ts';
import { type Leg, sell } from './inline/sale.ts';

type Step = 'fulfill' | 'purchase' | 'create-sale' | 'payout';
export type InlineRequest = {
  readonly orders: readonly string[];
  /** How many orders are in each step at once, as the workers' queues allow. */
  readonly lanes: Readonly<Record<Step, number>>;
};
/** `roundTrips`: begin and commit too, and one of the two payouts, which run side by side. */
export type Sent = { readonly statements: number; readonly transactions: number; readonly roundTrips: number };
export type InlineAnswer = {
  readonly settled: number;
  /** Why orders were not settled. */
  readonly offTheRoad: readonly string[];
  /** What it sent during this run, by its own count. */
  readonly sent: Sent;
};

/** As many as the workers' process opens. */
const connections = 20;
const [port = '0'] = process.argv.slice(2);
const config = readWorkerConfig();
const log = createLogger('inline', config.logLevel);
const surroundings = {
  config,
  database: openDatabase(config.databaseUrl, connections),
  box: createSecretBox(config.encryptionKeys),
  aliexpress: createAliExpressClient(config.aliexpress),
  paypal: createPayPalClient(config.paypal),
};
const fulfill = openFulfill(surroundings);

type Lanes = Readonly<Record<Step, Lane>>;

/** One line for each step, as the workers' host writes one for each job. */
const logged =
  (lane: Lane, orderId: string, step: Step): Lane =>
  work =>
    lane(async () => {
      const startedAt = performance.now();
      const result = await work();
      log.info({ step, orderId, durationMs: Math.round(performance.now() - startedAt) }, 'step');
      return result;
    });

async function settle(orderId: string, lanes: Lanes): Promise<void> {
  const fulfilled = await logged(lanes.fulfill, orderId, 'fulfill')(() => fulfill(orderId));
  const bought = await logged(lanes.purchase, orderId, 'purchase')(() => purchase(surroundings, fulfilled));
  const legs = await logged(lanes['create-sale'], orderId, 'create-sale')(() => sell(surroundings, bought));
  await Promise.all(legs.map(leg => settleLeg(bought.order, leg, logged(lanes.payout, orderId, 'payout'))));
}

/** Sends and reads back in one step, and gives its place to others while PayPal takes its time. */
async function settleLeg(order: Claimed, leg: Leg, pay: Lane): Promise<void> {
  const first = await pay(async () => {
    const sent = await payOut(surroundings, order, leg);
    return { sent, isPaid: await readBack(surroundings, order, leg, sent) };
  });
  for (let { isPaid } = first; !isPaid; ) {
    await sleep(config.payoutPollMs);
    isPaid = await pay(() => readBack(surroundings, order, leg, first.sent));
  }
}

function sentSoFar(): Sent {
  const { statements, transactions, byStatement } = surroundings.database.counts;
  const ofPayouts = ofPayout.reduce((sum, name) => sum + (byStatement.get(name) ?? 0), 0);
  const bracketsOfPayouts = 2 * (byStatement.get(lockLeg.name) ?? 0);
  return { statements, transactions, roundTrips: statements + 2 * transactions - (ofPayouts + bracketsOfPayouts) / 2 };
}

async function run({ orders, lanes: widths }: InlineRequest): Promise<InlineAnswer> {
  const before = sentSoFar();
  const lanes = {
    fulfill: openLane(widths.fulfill),
    purchase: openLane(widths.purchase),
    'create-sale': openLane(widths['create-sale']),
    payout: openLane(widths.payout),
  };
  const ends = await Promise.allSettled(orders.map(orderId => settle(orderId, lanes)));
  const offTheRoad = ends.flatMap(end => (end.status === 'rejected' ? [String(end.reason)] : []));
  const after = sentSoFar();
  const sent = {
    statements: after.statements - before.statements,
    transactions: after.transactions - before.transactions,
    roundTrips: after.roundTrips - before.roundTrips,
  };
  return { settled: orders.length - offTheRoad.length, offTheRoad: [...new Set(offTheRoad)], sent };
}

await listen(
  async (request, response) => {
    if (request.method !== 'POST') return void response.end();
    const answer = await run((await json(request)) as InlineRequest);
    response.end(JSON.stringify(answer));
  },
  { host: '127.0.0.1', port: Number(port) },
);
