import { createPrivateKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { aliExpressRouter } from './aliexpress/gateway.ts';
import { closeWhenUnpaid } from './aliexpress/payment.ts';
import { createBooks } from './books.ts';
import { createClock } from './clock.ts';
import { controlRouter } from './control/router.ts';
import type { Credentials } from './credentials.ts';
import { ebayRouter } from './ebay/router.ts';
import { createFaults } from './faults.ts';
import { fxRouter } from './fx/router.ts';
import { mercadoLibreRouter } from './mercadolibre/router.ts';
import { ownHosts } from './own-hosts.ts';
import { followPayout } from './payoneer/payouts.ts';
import { payoneerRouter } from './payoneer/router.ts';
import { otherWorlds, payPalAccounts } from './paypal/accounts.ts';
import { followBatch } from './paypal/payout-settlement.ts';
import { createSettings } from './settings.ts';
import { shopRouter } from './shop/router.ts';
import { openStateFile } from './state-file.ts';
import { createWebhooks } from './webhooks.ts';
import type { World } from './world.ts';

export type SandboxOptions = {
  readonly credentials: Credentials;
  /** The product's API, where webhooks go: `http://127.0.0.1:3000`. */
  readonly apiUrl: string;
  /** The product as a browser reaches it; by default the same. */
  readonly productUrl?: string;
  /** This sandbox as its callers know it; by default, the host that the last request asked for, a name of this machine. */
  readonly publicUrl?: string;
  /** Keeps the books between starts. */
  readonly stateFile?: string;
  /** Where the authority behind PayPal's webhook certificate is written, PEM. */
  readonly authorityFile?: string;
};

export type Sandbox = {
  readonly app: Express;
  /** The authority behind PayPal's webhook certificate, PEM. */
  readonly authority: string;
  /** Stops clocks and webhooks, cuts calls that were left hanging, and saves. */
  close(): void;
};

const largestBody = '1mb';

/** PayPal, eBay, MercadoLibre, AliExpress and Payoneer in one process, and the control API beside them. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const file = openStateFile(options.stateFile);
  const { state } = file;
  const clock = createClock(state);
  const settings = createSettings();
  const hanging = new Set<Socket>();
  let lastHost = 'localhost';
  const webhooks = createWebhooks({
    outbox: state.outbox,
    settings,
    clock,
    onDelivered: ({ eventId }) => void state.mercadolibre.missedFeeds.delete(eventId),
  });
  let savedEffects = state.effects.length;
  function save(): void {
    const grown = state.effects.length > savedEffects;
    savedEffects = state.effects.length;
    if (grown) file.write();
    else file.writeSoon();
  }
  const world: World = {
    credentials: options.credentials,
    state,
    signers: {
      paypal: createPrivateKey(state.keys.paypal.privateKey),
      ebay: createPrivateKey(state.keys.ebay.privateKey),
    },
    settings,
    clock,
    books: createBooks(state.effects, clock),
    faults: createFaults(),
    webhooks,
    apiUrl: options.apiUrl,
    productUrl: options.productUrl ?? options.apiUrl,
    publicUrl: () => options.publicUrl ?? `http://${lastHost}`,
    save,
    hang: response => void (response.socket && hanging.add(response.socket)),
  };

  const app = express();
  app.disable('x-powered-by');
  app.use(ownHosts(options.publicUrl === undefined ? [] : [new URL(options.publicUrl).hostname]));
  app.use((request, _response, next) => {
    lastHost = request.headers.host ?? lastHost;
    next();
  });
  app.use('/_control', controlRouter(world));
  app.use(express.raw({ type: () => true, limit: largestBody }));
  app.use('/paypal', payPalAccounts(world));
  app.use('/ebay', ebayRouter(world));
  app.use('/mercadolibre', mercadoLibreRouter(world));
  app.use('/aliexpress', aliExpressRouter(world));
  app.use('/payoneer', payoneerRouter(world));
  app.use('/shop', shopRouter(world));
  app.use('/fx', fxRouter(world));
  app.use(failed);

  resume(world);
  if (options.authorityFile !== undefined) write(options.authorityFile, state.keys.paypal.authority);
  file.write();
  return {
    app,
    authority: state.keys.paypal.authority,
    close() {
      clock.close();
      webhooks.close();
      for (const socket of hanging) socket.destroy();
      file.close();
    },
  };
}

/** Takes up everything an earlier run had still to do. */
function resume(world: World): void {
  for (const one of [world, ...otherWorlds(world)])
    for (const batch of one.state.paypal.batches.values()) followBatch(one, batch);
  for (const payout of world.state.payoneer.payouts) followPayout(world, payout);
  for (const order of world.state.aliexpress.orders.values()) closeWhenUnpaid(world, order);
  world.webhooks.resume();
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A mistake of the sandbox itself, or a body that is too large. */
const failed: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  const status = (error as { status?: number }).status ?? 500;
  if (status >= 500) console.error(error);
  response.status(status).json({ error: error instanceof Error ? error.message : String(error) });
};
