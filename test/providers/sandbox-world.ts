import { type AliExpressClient, createAliExpressClient } from '../../providers/aliexpress/client.ts';
import { createEbayClient, type EbayClient } from '../../providers/ebay/client.ts';
import type { Gate } from '../../providers/gate/gate.ts';
import { createMercadoLibreClient, type MercadoLibreClient } from '../../providers/mercadolibre/client.ts';
import { createPayoneerClient, type PayoneerClient } from '../../providers/payoneer/client.ts';
import { createPayPalClient, type PayPalClient } from '../../providers/paypal/client.ts';
import { listen } from '../../runtime/http/listen.ts';
import { createSandbox } from '../../sandbox/app.ts';
import { type Exchange, recording } from './recorded-http.ts';
import { type Seen, startStub } from './stub-server.ts';

export const credentials = {
  paypal: { clientId: 'paypal-client', clientSecret: 'paypal-secret', webhookId: 'WEBHOOK-1' },
  aliexpress: { appKey: '500102', appSecret: 'aliexpress-secret' },
  ebay: {
    clientId: 'ebay-client',
    clientSecret: 'ebay-secret',
    verificationToken: 'x'.repeat(40),
    ruName: 'Our-App-abcde',
  },
  mercadolibre: { clientId: '5503910054141466', clientSecret: 'mercadolibre-secret' },
  payoneer: { clientId: 'payoneer-client', clientSecret: 'payoneer-secret', programId: '100' },
};

export type Clients = {
  paypal: PayPalClient;
  aliexpress: AliExpressClient;
  ebay: EbayClient;
  mercadolibre: MercadoLibreClient;
  payoneer: PayoneerClient;
};

export type Effect = { kind: string; key: string; reference: string; amountMinor: string; currency: string };

/** The sandbox in this process, clients that talk to it, and the hands of the outside world. */
export type SandboxWorld = Clients &
  AsyncDisposable & {
    baseUrl: string;
    /** The product's API as the sandbox knows it. */
    apiUrl: string;
    /** PEM of the authority behind PayPal's webhook certificate. */
    authority: string;
    /** Webhooks as they arrived. */
    webhooks: Seen[];
    /** A control request; a body makes it a POST. */
    control<T = Record<string, unknown>>(path: string, body?: object): Promise<T>;
    effects(kind: string): Promise<Effect[]>;
    clearFaults(): Promise<void>;
  };

/** @param exchanges takes everything that goes over the wire */
export async function startSandboxWorld(exchanges?: Exchange[]): Promise<SandboxWorld> {
  const api = await startStub(() => ({ status: 204 }));
  const sandbox = createSandbox({ credentials, apiUrl: api.url });
  const served = exchanges ? recording(sandbox.app, exchanges) : sandbox.app;
  const listening = await listen(served, { port: 0, host: '127.0.0.1' });
  const baseUrl = `http://127.0.0.1:${listening.port}`;

  async function control<T>(path: string, body?: object, method = body ? 'POST' : 'GET'): Promise<T> {
    const answer = await fetch(`${baseUrl}/_control/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`control ${path}: HTTP ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }

  return {
    ...createClients(baseUrl),
    baseUrl,
    apiUrl: api.url,
    authority: sandbox.authority,
    webhooks: api.seen,
    control,
    effects: async kind =>
      (await control<{ effects: Effect[] }>('effects')).effects.filter(effect => effect.kind === kind),
    clearFaults: () => control('faults', undefined, 'DELETE'),
    async [Symbol.asyncDispose]() {
      sandbox.close();
      await listening.close(100);
      await api[Symbol.asyncDispose]();
    },
  };
}

export const createClients = (baseUrl: string, gate?: Gate): Clients => ({
  paypal: createPayPalClient({ baseUrl: `${baseUrl}/paypal`, ...credentials.paypal, gate }),
  aliexpress: createAliExpressClient({ baseUrl: `${baseUrl}/aliexpress`, ...credentials.aliexpress, gate }),
  ebay: createEbayClient({ baseUrl: `${baseUrl}/ebay`, ...credentials.ebay, gate }),
  mercadolibre: createMercadoLibreClient({ baseUrl: `${baseUrl}/mercadolibre`, ...credentials.mercadolibre, gate }),
  payoneer: createPayoneerClient({
    baseUrl: `${baseUrl}/payoneer`,
    loginUrl: `${baseUrl}/payoneer/login`,
    ...credentials.payoneer,
    gate,
  }),
});
