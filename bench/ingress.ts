import { createHmac } from 'node:crypto';
import type { Writable } from 'node:stream';
import pg from 'pg';
import { setStage } from '../demo/stage.ts';
import { freePort } from '../runtime/system/free-port.ts';
import { temporaryFolder } from '../runtime/system/started-processes.ts';
import { startSupervised } from '../runtime/system/supervised-process.ts';
import { type System, startSystem } from '../runtime/system/supervisor.ts';
import { openStore, type Store } from '../store/database/open.ts';
import { cpuTimeOf } from './cpu-time.ts';
import { openJobs } from './jobs.ts';
import { fire, type Shot } from './load.ts';
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

/** The results of one server, over all rounds; `turns`: requests per second in each. */
export type Side = { readonly perSecond: number; readonly cpuMs: number; readonly turns: readonly number[] };

export type IngressFigures = Side & {
  p50: number;
  p95: number;
  p99: number;
  /** Requests that were not acknowledged with 202. */
  errors: number;
  /** Requests that were acknowledged and are not in the database: must be 0. */
  lost: number;
  /** Events that were acknowledged and whose job cannot be taken yet: must be 0 while the queue answers. */
  withoutJob: number;
  /** The baselines, on the same machine under the same load, in turn with ours. */
  baselines: { readonly express: Side; readonly insert: Side };
};

/** The first requests find cold code and closed pools. */
const warmUp = 200;
/** The servers take turns, so that other load on the machine affects all of them. */
const rounds = 5;

/** Measures how many signed webhooks a second the api takes: each is stored, and its job added, before the 202. */
export async function measureIngress(options: IngressOptions): Promise<IngressFigures> {
  const { requests, connections, redisUrl, log, progress } = options;
  const signal = AbortSignal.timeout(120_000 + 60 * requests);
  await using system = await startSystem({
    env: { ...ownEnvironment(redisUrl), LOG_LEVEL: 'warn' },
    dataFolder: temporaryFolder('ingress'),
    removeData: true,
    ports: ownPorts,
    processes: ['sandbox', 'api'],
    log,
  });
  await using opened = new AsyncDisposableStack();
  const store = await openStore(system.databaseUrl, 2, system.config.encryptionKeys);
  opened.defer(() => store.close());
  const { inlineUrl: url, webhookSecret: secret } = await connectReseller(system, store);
  const api = system.processes.find(({ name }) => name === 'api');
  const express = await startExpress(system, { mode: 'no-op', secret, log });
  opened.defer(() => express.process.stop());
  const insert = await startExpress(system, { mode: 'insert', secret, log });
  opened.defer(() => insert.process.stop());

  const acknowledged = new Set<string>();
  const latencies: number[] = [];
  let done = 0;
  const sides = {
    ours: openSide({ url, pid: () => api?.pid }),
    express: openSide(express),
    insert: openSide(insert),
  };
  const turn = async (side: keyof typeof sides, name: string, count: number) => {
    const { url: to, fired } = sides[side];
    await fired(count, note =>
      fire(webhooks(to, secret, `${side}-${name}`, count), connections, signal, hit => {
        if (hit.status !== 202) return;
        note();
        if (side === 'ours') acknowledged.add(hit.id);
        if (side === 'ours' && name !== 'warm') latencies.push(hit.ms);
        done += 1;
        progress('webhooks answered', done, 3 * (requests + warmUp));
      }),
    );
  };
  for (const side of ['express', 'insert', 'ours'] as const) await turn(side, 'warm', warmUp);
  for (const { forget } of Object.values(sides)) forget();
  for (let round = 1; round <= rounds; round += 1)
    for (const side of ['express', 'insert', 'ours'] as const)
      await turn(side, `${round}`, Math.ceil(requests / rounds));
  signal.throwIfAborted();

  const stored = await storedOrderIds(store);
  const jobs = await openJobs(system, log);
  opened.defer(jobs.close);
  const waiting = await jobs.producer.queues
    .get('import-order')
    ?.getJobCountByTypes('waiting', 'prioritized', 'delayed');
  return {
    ...sides.ours.figures(),
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
    p99: quantile(latencies, 0.99),
    errors: sides.ours.errors(),
    lost: acknowledged.difference(stored).size,
    withoutJob: Math.max(0, acknowledged.size - (waiting ?? 0)),
    baselines: { express: sides.express.figures(), insert: sides.insert.figures() },
  };
}

type Server = { readonly url: URL; readonly pid: () => number | undefined };

/** One of the servers, and its counts over its turns. */
function openSide({ url, pid }: Server) {
  let [sent, answered, ms, cpuMs] = [0, 0, 0, 0];
  let turns: number[] = [];
  return {
    url,
    async fired(count: number, send: (note: () => void) => Promise<void>): Promise<void> {
      const [startedAt, cpuBefore, answeredBefore] = [performance.now(), cpuTimeOf(pid()), answered];
      await send(() => {
        answered += 1;
      });
      const took = performance.now() - startedAt;
      turns.push((answered - answeredBefore) / (took / 1000));
      ms += took;
      cpuMs += cpuTimeOf(pid()) - cpuBefore;
      sent += count;
    },
    forget() {
      [sent, answered, ms, cpuMs] = [0, 0, 0, 0];
      turns = [];
    },
    errors: () => sent - answered,
    figures: (): Side => ({ perSecond: answered / (ms / 1000), cpuMs: cpuMs / answered, turns }),
  };
}

/** The baseline has its own table in the database of the events. */
async function startExpress(
  { administratorUrl, databaseUrl, env }: System,
  { mode, secret, log }: { mode: 'no-op' | 'insert'; secret: string; log: Writable },
) {
  const address = administratorUrl ?? databaseUrl;
  if (mode === 'insert') await onDatabase(address, benchTable);
  const port = await freePort();
  const url = new URL(`http://127.0.0.1:${port}/`);
  const { PATH = '' } = env;
  const process = await startSupervised({
    name: mode,
    command: ['bench/baselines/express-server.ts', mode, secret],
    env: { PATH, PORT: `${port}`, DATABASE_URL: address },
    role: 'server',
    healthUrl: `${url}health`,
    stopDeadlineMs: 5_000,
    log: line => log.write(`${mode} | ${line}\n`),
    onGivenUp: error => log.write(`${mode} | ${error.message}\n`),
  });
  return { url, pid: () => process.pid, process };
}

const benchTable = `create table bench_events (id uuid primary key, event_id text not null unique, body bytea not null,
  received_at timestamptz not null default now())`;

async function onDatabase(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** A reseller with a marketplace connection, made in the ordinary way. */
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
