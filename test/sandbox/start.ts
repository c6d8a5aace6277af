import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSandbox } from '../../sandbox/app.ts';
import type { Credentials } from '../../sandbox/credentials.ts';

export const credentials: Credentials = {
  paypal: { clientId: 'paypal-id', clientSecret: 'paypal-secret', webhookId: '8PT597110X687430LKGECATA' },
  aliexpress: { appKey: '12345678', appSecret: 'helloworld' },
  ebay: {
    clientId: 'ebay-id',
    clientSecret: 'ebay-secret',
    verificationToken: 'a'.repeat(40),
    ruName: 'Our-App-abcde',
  },
  mercadolibre: { clientId: '6543210', clientSecret: 'ml-secret' },
  payoneer: { clientId: 'payoneer-id', clientSecret: 'payoneer-secret', programId: '100123' },
};

export type Reply = { readonly status: number; readonly text: string; readonly headers: Headers; readonly json: Json };
/** Answers are read loosely here: the tests say what must be in them. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
export type Json = any;

export type Delivered = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };

export type TestSandbox = {
  readonly url: string;
  readonly authority: string;
  /** What arrived at the product's API. */
  readonly webhooks: readonly Delivered[];
  /** What the product's API answers to the next webhooks, before it says 204 to all. */
  readonly webhookAnswers: number[];
  request(method: string, path: string, options?: { headers?: Record<string, string>; body?: string }): Promise<Reply>;
  control(path: string, body?: object, method?: string): Promise<Json>;
  effects(kind?: string): Promise<Json[]>;
  close(): Promise<void>;
};

/** A sandbox on a port of its own, with a stand-in for the product's API that takes the webhooks. */
export async function startSandbox(options: { stateFile?: string; publicUrl?: string } = {}): Promise<TestSandbox> {
  const webhooks: Delivered[] = [];
  const webhookAnswers: number[] = [];
  const api = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const status = webhookAnswers.shift() ?? 204;
      if (status < 300)
        webhooks.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(status).end();
    });
  });
  const apiUrl = await listen(api);
  const sandbox = createSandbox({ credentials, apiUrl, ...options });
  const server = createServer(sandbox.app);
  const url = await listen(server);

  const request: TestSandbox['request'] = async (method, path, { headers = {}, body } = {}) => {
    const response = await fetch(url + path, {
      method,
      headers,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return { status: response.status, text, headers: response.headers, json: parsed(text) };
  };
  const control: TestSandbox['control'] = async (path, body, method = 'POST') => {
    const reply = await request(method, `/_control/${path}`, {
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    });
    if (reply.status >= 300) throw new Error(`control ${path}: ${reply.status} ${reply.text}`);
    return reply.json;
  };
  return {
    url,
    authority: sandbox.authority,
    webhooks,
    webhookAnswers,
    request,
    control,
    effects: async kind => {
      const { effects } = await control('effects', undefined, 'GET');
      return effects.filter((effect: Json) => kind === undefined || effect.kind === kind);
    },
    async close() {
      sandbox.close();
      await Promise.all([stop(server), stop(api)]);
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function stop(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
