import express, { type Express } from 'express';
import helmet from 'helmet';
import type pg from 'pg';
import { pinoHttp } from 'pino-http';
import { logUnknownProxy } from '../runtime/http/unknown-proxy.ts';
import { openGuessBrakes } from '../store/accounts/log-in-throttle.ts';
import { actingAsNobody } from '../store/database/current-actor.ts';
import { ping } from '../store/database/open.ts';
import type { Deps } from './deps.ts';
import { jsonBody } from './middleware/json-body.ts';
import { createLimits } from './middleware/limits.ts';
import { logPath } from './middleware/log-path.ts';
import { ownOriginOnly } from './middleware/own-origin.ts';
import { nothingHere, Problem, problems } from './middleware/problem.ts';
import { adminsOnly } from './middleware/session.ts';
import { accountRoutes } from './routes/account.ts';
import { authRoutes } from './routes/auth.ts';
import { balanceRoutes, platformBalanceRoutes } from './routes/balance.ts';
import { bookCheckRoutes } from './routes/book-check.ts';
import { browserBuyingRoutes } from './routes/browser-buying.ts';
import { browserLoginRoutes } from './routes/browser-login.ts';
import { checkoutRoutes } from './routes/checkout.ts';
import { connectionRoutes } from './routes/connections.ts';
import { decisionRoutes } from './routes/decisions.ts';
import { earningsRoutes, platformEarningsRoutes } from './routes/earnings.ts';
import { erasureRoutes } from './routes/erasure.ts';
import { fxConversionRoutes } from './routes/fx-conversions.ts';
import { fxRateRoutes } from './routes/fx-rates.ts';
import { metrics } from './routes/metrics.ts';
import { orderRoutes, saleRoutes } from './routes/orders.ts';
import { payoutReceiverRoutes } from './routes/payout-receiver.ts';
import { adminRoutes } from './routes/platform-settings.ts';
import { proceedsRoutes } from './routes/proceeds-holder.ts';
import { listingRoutes, productRoutes } from './routes/products.ts';
import { providerKeyRoutes } from './routes/provider-keys.ts';
import { userRoutes } from './routes/users.ts';
import { webhookRoutes } from './routes/webhooks/routes.ts';

/**
 * The ingress: it writes what happened to Postgres, adds a job, and answers.
 * @param pools log-ins are counted on connections of their own, so that a flood of them holds up no checkout
 */
export function createApp(deps: Deps, pools: { checkouts: pg.Pool; logIns: pg.Pool }): Express {
  const app = express();
  const limits = createLimits(pools.checkouts, deps.limitRules);
  const brakes = openGuessBrakes(pools.logIns, deps.guessRules);
  app.disable('x-powered-by');
  app.set('trust proxy', deps.config.trustedProxies);
  app.use(logUnknownProxy(deps.log));
  // Answers hold addresses, money and tokens: no cache keeps them, nor an ETag made from them.
  app.set('etag', false);
  app.use((_request, response, next) => {
    response.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    next();
  });
  // Before the JSON parser, because signatures are over the bytes; and before what is there for people and their browsers.
  app.use('/api/webhooks', webhookRoutes(deps, limits));
  app.use(helmet({ strictTransportSecurity: deps.config.nodeEnv === 'production' }));
  app.get('/health', async (_request, response) => {
    await deps.store.read(ping);
    const refusal = deps.queueRefusal();
    if (refusal) throw new Problem(503, 'QUEUE_REFUSED', refusal);
    response.json({ ok: true });
  });
  app.get('/metrics', metrics(deps));
  app.use(
    pinoHttp({
      logger: deps.log,
      quietReqLogger: true,
      serializers: {
        req: ({ method, url }) => ({ method, path: logPath(String(url)) }),
        res: ({ statusCode }) => ({ statusCode }),
      },
    }),
  );
  app.use(jsonBody(limits['refused-body'], deps.log));
  app.use(ownOriginOnly(deps.sessions, deps.config.publicUrl));
  app.use('/api/auth', authRoutes(deps, brakes));
  app.use(deps.sessions.read);
  app.use('/api/auth', accountRoutes(deps, brakes));
  app.use('/api/paypal', (_request, _response, next) => actingAsNobody(next), checkoutRoutes(deps, limits));
  app.use('/api/users', userRoutes(deps));
  app.use('/api/me', payoutReceiverRoutes(deps, brakes));
  app.use('/api/products', productRoutes(deps, limits));
  app.use('/api/listings', listingRoutes(deps, limits));
  app.use('/api/connections', connectionRoutes(deps, limits));
  app.use('/api/browser-login', browserLoginRoutes(deps, limits));
  app.use('/api/orders', orderRoutes(deps));
  app.use('/api/sales', saleRoutes(deps));
  app.use('/api/balance', balanceRoutes(deps));
  app.use('/api/earnings', earningsRoutes(deps));
  app.use(
    '/api/admin',
    adminsOnly,
    platformBalanceRoutes(deps),
    platformEarningsRoutes(deps),
    fxConversionRoutes(deps),
    fxRateRoutes(deps),
    bookCheckRoutes(deps),
    browserBuyingRoutes(deps),
    proceedsRoutes(deps),
    decisionRoutes(deps),
    erasureRoutes(deps),
    providerKeyRoutes(deps),
    adminRoutes(deps),
  );
  app.use(nothingHere);
  app.use(problems(deps));
  return app;
}
