import { createHmac } from 'node:crypto';
import type { Writable } from 'node:stream';
import { setStage } from '../demo/stage.ts';
import { temporaryFolder } from '../runtime/system/started-processes.ts';
import { startSystem } from '../runtime/system/supervisor.ts';
import { openStore, type Store } from '../store/database/open.ts';
import { fire, type Hit, type Shot } from './load.ts';
import type { Progress } from './progress.ts';
import { quantile } from './quantile.ts';
import { ownEnvironment, ownPorts } from './system.ts';

export type IngressOptions = {
  requests: number;
  connections: number;
  redisUrl: string | undefined;
  log: Writable;
  progress: Progress;
};

export type IngressFigures = {
  perSecond: number;
  p50: number;
  p95: number;
  p99: number;
  /** Sent and not acknowledged with 202. */
  errors: number;
  acknowledged: number;
  stored: number;
  /** Acknowledged, and not in the database: must be 0. */
  lost: number;
};

/** The first requests find cold code and closed pools. */
const warmUp = 200;

/** How many signed webhooks a second the api takes: each stored, and its job added, before it is acknowledged. */
export async function measureIngress(options: IngressOptions): Promise<IngressFigures> {
  const { requests, connections, redisUrl, log, progress } = options;
  const signal = AbortSignal.timeout(60_000 + 20 * requests);
  await using system = await startSystem({
    env: { ...ownEnvironment(redisUrl), LOG_LEVEL: 'warn' },
    dataFolder: temporaryFolder('ingress'),
    removeData: true,
    ports: ownPorts,
    processes: ['sandbox', 'api'],
    log,
  });
  const store = await openStore(system.databaseUrl, 2, system.config.encryptionKeys);
  try {
    const { inlineUrl, webhookSecret } = await connectReseller(system, store);
    const acknowledged = new Set<string>();
    const latencies: number[] = [];
    const note = ({ id, status }: Hit) => status === 202 && acknowledged.add(id);

    await fire(webhooks(inlineUrl, webhookSecret, 'warm', warmUp), connections, signal, note);
    const startedAt = performance.now();
    let errors = 0;
    let done = 0;
    await fire(webhooks(inlineUrl, webhookSecret, 'bench', requests), connections, signal, hit => {
      latencies.push(hit.ms);
      if (!note(hit)) errors += 1;
      done += 1;
      progress('webhooks answered', done, requests);
    });
    const seconds = (performance.now() - startedAt) / 1000;
    signal.throwIfAborted();

    const stored = await storedOrderIds(store);
    return {
      perSecond: (requests - errors) / seconds,
      p50: quantile(latencies, 0.5),
      p95: quantile(latencies, 0.95),
      p99: quantile(latencies, 0.99),
      errors,
      acknowledged: acknowledged.size,
      stored: stored.size,
      lost: acknowledged.difference(stored).size,
    };
  } finally {
    await store.close();
  }
}

/** A reseller with a marketplace connection, made like anybody's. */
async function connectReseller(system: Parameters<typeof setStage>[0], store: Store) {
  const stage = await setStage(system, store);
  const { inlineUrl, webhookSecret } = (await stage.hireReseller({ name: 'bench' })).accounts.ebay;
  return { inlineUrl: new URL(inlineUrl), webhookSecret };
}

/** Orders as a shop's plug-in would send them, signed one by one as they are sent. */
function* webhooks(url: URL, secret: string, name: string, count: number): Generator<Shot> {
  for (let number = 1; number <= count; number += 1) {
    const id = `${name}-${number}`;
    const body = JSON.stringify({
      orderId: id,
      listingId: '110000000001',
      amount: '29.99',
      currency: 'USD',
      buyer: { name: 'Greta Vogel', email: 'greta.vogel@example.com' },
      shippingAddress: {
        fullName: 'Greta Vogel',
        line1: 'Torstrasse 12',
        city: 'Berlin',
        postalCode: '10119',
        country: 'DE',
        phone: '+49 30 1234567',
      },
    });
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    const headers = { 'content-type': 'application/json', 'x-signature': signature };
    yield { id, url, body, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) } };
  }
}

async function storedOrderIds(store: Store): Promise<Set<string>> {
  const rows = await store.read(em =>
    em.execute<{ order_id: string }[]>(
      `select split_part(event_id, '/', 2) as order_id from inbound_events where source = 'inline'`,
    ),
  );
  return new Set(rows.map(row => row.order_id));
}
