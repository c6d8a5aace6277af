import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type pg from 'pg';
import { pinoHttp } from 'pino-http';
import { logUnknownProxy } from '../runtime/http/unknown-proxy.ts';
import { openGuessBrakes } from '../store/accounts/log-in-throttle.ts';
import { ping } from '../store/database/open.ts';
import { boardRoutes } from './board/board.ts';
import type { Deps } from './deps.ts';
import { sameOriginOnly } from './middleware/same-origin.ts';
import { createSessions, operatorsOnly } from './middleware/session.ts';
import { storableAddress } from './middleware/storable.ts';
import { accountRoutes } from './routes/account.ts';
import { answerErrors, nothingHere } from './routes/answer-errors.ts';
import { auditRoutes } from './routes/audit.ts';
import { booksRoutes } from './routes/books.ts';
import { browserRoutes } from './routes/browser.ts';
import { decisionRoutes } from './routes/decisions.ts';
import { erasureRoutes } from './routes/erasure.ts';
import { eventRoutes } from './routes/events.ts';
import { evidenceRoutes } from './routes/evidence.ts';
import { loginRoutes } from './routes/login.ts';
import { orderRoutes } from './routes/orders.ts';
import { overviewRoutes } from './routes/overview.ts';
import { passwordResetRoutes } from './routes/password-reset.ts';
import { payoutRoutes } from './routes/payouts.ts';
import { peopleRoutes } from './routes/people.ts';
import { rateRoutes } from './routes/rates.ts';
import { remedyRoutes } from './routes/remedies.ts';

const publicFolder = fileURLToPath(new URL('public', import.meta.url));

/** Our pages run no script at all and load nothing from elsewhere. */
const pagePolicy = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
};

/** The operators' web site. Everything mounted behind `operatorsOnly` requires a logged-in admin. */
export function createDashboard(deps: Deps, limiterPool: pg.Pool): Express {
  const app = express();
  const sessions = createSessions(deps);
  app.disable('x-powered-by');
  app.set('trust proxy', deps.config.trustedProxies);
  app.use(logUnknownProxy(deps.log));
  app.use(
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: pagePolicy },
      // Helmet's default `no-referrer` makes browsers send `Origin: null` from our forms, which `sameOriginOnly` would
      // refuse.
      referrerPolicy: { policy: 'same-origin' },
      strictTransportSecurity: deps.config.nodeEnv === 'production',
    }),
  );
  app.get('/health', async (_request, response) => {
    await deps.store.read(ping);
    response.json({ ok: true });
  });
  app.use(express.static(publicFolder, { index: false, maxAge: 60_000 }));
  app.use(
    pinoHttp({
      logger: deps.log,
      quietReqLogger: true,
      // The board polls every five seconds, so successful requests are logged at debug only. Changes are in the audit.
      customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'debug'),
      serializers: {
        req: ({ method, url }) => ({ method, path: String(url).split('?')[0] }),
        res: ({ statusCode }) => ({ statusCode }),
      },
    }),
  );
  app.use((_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });
  app.use(storableAddress);
  app.use(sessions.read);
  app.use(sameOriginOnly(deps));
  const brakes = openGuessBrakes(limiterPool);
  app.use(loginRoutes(deps, sessions, brakes));
  app.use(passwordResetRoutes(deps));
  app.use(operatorsOnly);
  app.use(overviewRoutes(deps));
  app.use(orderRoutes(deps));
  app.use(decisionRoutes(deps));
  app.use(remedyRoutes(deps));
  app.use(payoutRoutes(deps));
  app.use(rateRoutes(deps));
  app.use(erasureRoutes(deps));
  app.use(evidenceRoutes(deps));
  app.use(eventRoutes(deps));
  app.use(booksRoutes(deps));
  app.use(browserRoutes(deps));
  app.use(auditRoutes(deps));
  app.use(peopleRoutes(deps));
  app.use(accountRoutes(deps, brakes));
  app.use('/queues', boardRoutes(deps));
  app.use(nothingHere);
  app.use(answerErrors(deps));
  return app;
}
