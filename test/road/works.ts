import { randomBytes } from 'node:crypto';
import { allOrders, type Seen } from '../../demo/sight.ts';
import type { EventId, OrderId } from '../../domain/ids.ts';
import { queueNames } from '../../queues/catalogue.ts';
import { openBackend } from '../../queues/engine/backend.ts';
import { openProducer, type Producer } from '../../queues/engine/producer.ts';
import { jobForEvent, jobForOrder } from '../../queues/next-job.ts';
import { createTransact } from '../../queues/transact.ts';
import { findEvent } from '../../store/events/inbound-events.ts';
import { wakeOrder } from '../../store/orders/orders.ts';
import type { Surroundings } from '../../workers/context/context.ts';
import { startHost } from '../../workers/host/host.ts';
import { startSweeper } from '../../workers/host/sweeper.ts';
import { onRedis } from '../support/backends.ts';
import type { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';

type Line = { outcome?: string; err?: unknown };

/** The workers of one process: every queue served by the real processors, and the sweep. */
export type Works = AsyncDisposable & {
  /** What went wrong that was nobody's failure but ours. */
  readonly bugs: unknown[];
  readonly producer: Producer;
  /** The api has taken a notification. */
  takeEvent(id: string): Promise<void>;
  /** The buyer has come back from PayPal. */
  captureSoon(id: string): Promise<void>;
  /** Waits until as many orders are settled, and gives all orders. */
  settled(count: number): Promise<readonly Seen[]>;
};

export type WorksOptions = {
  /** Takes every line; only bugs are noted when left out. */
  log?: Surroundings['log'];
  providers?: Surroundings['providers'];
};

export async function openWorks(
  stage: Stage,
  redisUrl: string | undefined,
  options: WorksOptions = {},
): Promise<Works> {
  await using opened = new AsyncDisposableStack();
  const bugs: unknown[] = [];
  const bugsOnly = {
    info: () => undefined,
    warn: () => undefined,
    error: (line: Line) => bugs.push(line.err ?? line),
  } as unknown as Surroundings['log'];
  const { log = bugsOnly, providers = stage.context.providers } = options;
  const backend = await openBackend({
    databaseUrl: stage.databaseUrl,
    workers: queueNames.length,
    log,
    prefix: randomBytes(4).toString('hex'),
    ...onRedis(redisUrl),
  });
  opened.defer(() => backend.close());
  const producer = openProducer(backend, log);
  opened.defer(() => producer.close());
  const { store } = stage;
  const transact = createTransact(store, producer);
  const host = startHost(backend, queueNames, { ...stage.context, transact, providers, log });
  opened.defer(() => host.close());
  const sweeper = startSweeper({
    store,
    producer,
    stallAfterMs: 500,
    intervalMs: 100,
    feeds: { look: async () => undefined },
    log,
  });
  opened.defer(() => sweeper.close());
  const resources = opened.move();

  return {
    bugs,
    producer,
    takeEvent: id =>
      transact(async (em, enqueue) => {
        const event = await findEvent(em, id as EventId);
        if (event) enqueue(jobForEvent(event));
      }),
    captureSoon: id =>
      transact(async (em, enqueue) => {
        const order = await wakeOrder(em, id as OrderId);
        if (order) enqueue(jobForOrder(order));
      }),
    async settled(count) {
      const look = async () => {
        const orders = await allOrders(store);
        return orders.filter(({ settled }) => settled).length === count ? orders : undefined;
      };
      return until(look, {
        deadlineMs: 30_000,
        everyMs: 50,
        describe: async () =>
          `${count} settled orders: ${(await allOrders(store)).map(told).join(', ')}; ${bugs.join()}`,
      });
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const told = ({ channel, status, waitReason, reason, openLegs }: Seen): string =>
  `${channel} ${status} ${waitReason ?? reason ?? ''} with ${openLegs} legs to pay`;
