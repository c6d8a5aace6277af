import express from 'express';
import pg from 'pg';
import { createApp } from '../../api/app.ts';
import { openConsents } from '../../api/consent/consents.ts';
import type { Deps } from '../../api/deps.ts';
import { openInbox } from '../../api/inbox.ts';
import { limitRules } from '../../api/middleware/limits.ts';
import { createSessions, type Sessions } from '../../api/middleware/session.ts';
import { ebaySigningKeys, paypalCertificates } from '../../api/routes/webhooks/signing-keys.ts';
import type { UserId } from '../../domain/ids.ts';
import { createEbayClient } from '../../providers/ebay/client.ts';
import { createCertificateFetcher, trustAnchors } from '../../providers/paypal/certificate.ts';
import { paypalHosts } from '../../providers/paypal/certificate-url.ts';
import type { Environment } from '../../runtime/config.ts';
import { listen } from '../../runtime/http/listen.ts';
import { freePort } from '../../runtime/system/free-port.ts';
import { guessRules } from '../../store/accounts/log-in-throttle.ts';
import { commissionAdmin } from '../../store/accounts/users.ts';
import { openKnownSenders } from '../../store/connections/known-senders.ts';
import { createKeyring } from '../../store/database/keyring.ts';
import { User } from '../../store/entities/people.ts';
import { openEventInbox } from '../../store/events/event-inbox.ts';
import { createStage, type Seller, type Stage } from '../support/stage.ts';

/** Who asks: a bearer token, or nobody. */
export type Asking = { readonly token: string } | undefined;

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
export type Json = any;

export type Answer = {
  readonly request: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, when it is JSON of either kind. */
  readonly json: Json;
};

export type CallOptions = {
  as?: Asking;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  raw?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
};

/** A webhook as the sandbox sent it, byte for byte. */
export type Delivery = { readonly path: string; readonly headers: Record<string, string>; readonly body: Buffer };

export type Member = Seller & { readonly token: string };

export type Api = AsyncDisposable & {
  readonly stage: Stage;
  readonly url: string;
  readonly sessions: Sessions;
  readonly admin: { readonly id: UserId; readonly token: string };
  /** Everything the api ever answered to `call`. */
  readonly answers: Answer[];
  /** Every webhook that arrived, genuine or not. */
  readonly deliveries: Delivery[];
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Another session of somebody who has an account. */
  enter(id: UserId): Promise<{ readonly token: string }>;
  /** A reseller with three connected accounts, logged in. */
  hire(options?: Parameters<Stage['hireSeller']>[0]): Promise<Member>;
  /** What no route shows. */
  rows<Row extends object = Json>(sql: string, values?: unknown[]): Promise<Row[]>;
};

export type ApiOptions = {
  env?: Environment;
  /** What differs from `api/main.ts`. */
  deps?: (deps: Deps, stage: Stage) => Partial<Deps> | Promise<Partial<Deps>>;
};

/** Where a test's sessions are begun. */
const hereAbouts = { source: '127.0.0.1', agent: 'a test' };

/** A test comes from one address, and is many strangers. */
const plenty = { points: 1_000_000, windowSeconds: 60 };
const unlimited = {
  'checkout-address': plenty,
  'checkout-seller': plenty,
  'refused-webhook': plenty,
  'refused-body': plenty,
  'seller-notification': plenty,
  'connection-start': plenty,
  product: plenty,
};

/** Where what is told outside is stored, and its jobs are added. */
export const eventsAt = (
  pool: pg.Pool,
  { config, context, producer }: Pick<Stage, 'config' | 'context' | 'producer'>,
): Pick<Deps, 'inbox' | 'senders'> => ({
  inbox: openInbox(openEventInbox(pool, createKeyring(config.encryptionKeys)), producer),
  senders: openKnownSenders(pool, context.box),
});

/** The api on a port of its own, in front of a stage whose sandbox delivers its webhooks to it. */
export async function openApi(options: ApiOptions = {}): Promise<Api> {
  await using opened = new AsyncDisposableStack();
  const port = await freePort();
  const stage = opened.use(await createStage({ PORT: String(port), ...options.env }));
  const { config, store, context } = stage;
  const pool = new pg.Pool({ connectionString: stage.databaseUrl, max: 4, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => undefined);
  opened.defer(() => pool.end());
  const sessions = createSessions(config, store);
  const deps: Deps = {
    config,
    store,
    transact: context.transact,
    ...eventsAt(pool, stage),
    queueRefusal: () => undefined,
    box: context.box,
    sessions,
    limitRules: { ...limitRules(config), ...unlimited },
    guessRules: { ...guessRules, 'login-address': plenty, slowDown: async () => undefined },
    log: context.log,
    consents: openConsents(config, undefined),
    paypal: context.providers.paypal,
    ebayKeys: ebaySigningKeys(store, createEbayClient(config.ebay).publicKey),
    paypalCertificates: paypalCertificates(store, createCertificateFetcher()),
    paypalTrust: {
      applications: [config.paypal],
      trustAnchors: trustAnchors(stage.authority),
      allowedHosts: paypalHosts,
      allowedBaseUrl: config.paypal.baseUrl,
    },
    now: () => new Date(),
  };
  const deliveries: Delivery[] = [];
  const recorded = express().use(
    (request, _response, next) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      const { path, headers } = request;
      request.on('end', () => {
        if (!path.startsWith('/api/webhooks/')) return;
        deliveries.push({ path, headers: headers as Record<string, string>, body: Buffer.concat(chunks) });
      });
      next();
    },
    createApp({ ...deps, ...(await options.deps?.(deps, stage)) }, { checkouts: pool, logIns: pool }),
  );
  const server = await listen(recorded, { port, host: '127.0.0.1' });
  opened.defer(() => server.close(100));
  const url = `http://127.0.0.1:${port}`;

  const answers: Answer[] = [];
  const call: Api['call'] = async (method, path, { as, body, raw, headers = {} } = {}) => {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(as ? { authorization: `Bearer ${as.token}` } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(raw === undefined ? {} : { body: raw }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const answer = {
      request: `${method} ${path}`,
      status: response.status,
      headers: response.headers,
      text,
      json: isJson && text ? JSON.parse(text) : undefined,
    };
    answers.push(answer);
    return answer;
  };

  // PayPal tells when a payout has settled: not between the webhooks that a test waits for.
  await stage.control('settings', { payoutSettleMs: 86_400_000 });
  const admin = await store.read(commissionAdmin);
  const enter: Api['enter'] = async id => {
    const user = await store.read(em => em.findOneOrFail(User, { id }));
    return { token: String(await sessions.begin(user, hereAbouts)) };
  };
  const { token: adminToken } = await enter(admin.id);
  const resources = opened.move();
  return {
    stage,
    url,
    sessions,
    admin: { id: admin.id, token: adminToken },
    answers,
    deliveries,
    call,
    enter,
    hire: async hiring => {
      const seller = await stage.hireSeller(hiring);
      return { ...seller, ...(await enter(seller.id)) };
    },
    rows: (sql, values = []) => store.read(em => em.execute(sql, values)),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
