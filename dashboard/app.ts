import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type pg from 'pg';
import { pinoHttp } from 'pino-http';
import { tellOfUnknownProxy } from '../runtime/unknown-proxy.ts';
import { openGuessBrakes } from '../store/guess-brakes.ts';
import { accountRoutes } from './account-routes.ts';
import { answerErrors, nothingHere } from './answer-errors.ts';
import { auditRoutes } from './audit-routes.ts';
import { boardRoutes } from './board.ts';
import { booksRoutes } from './books-routes.ts';
import { browserRoutes } from './browser-routes.ts';
import { decisionRoutes } from './decision-routes.ts';
import type { Deps } from './deps.ts';
import { erasureRoutes } from './erasure-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { evidenceRoutes } from './evidence-routes.ts';
import { loginRoutes } from './login.ts';
import { orderRoutes } from './order-routes.ts';
import { overviewRoutes } from './overview-routes.ts';
import { passwordResetRoutes } from './password-reset-routes.ts';
import { peopleRoutes } from './people-routes.ts';
import { sameOriginOnly } from './same-origin.ts';
import { createSessions, operatorsOnly } from './session.ts';
import { storableAddress } from './storable.ts';

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

/** The operators' web site. Whatever is mounted behind `operatorsOnly` is for logged-in admins. */
export function createDashboard(deps: Deps, limiterPool: pg.Pool): Express {
  const app = express();
  const sessions = createSessions(deps);
  app.disable('x-powered-by');
  app.set('trust proxy', deps.config.trustedProxies);
  app.use(tellOfUnknownProxy(deps.log));
  app.use(
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: pagePolicy },
      // With helmet's own `no-referrer` a browser sends `Origin: null` from our forms, and we could not know them.
      referrerPolicy: { policy: 'same-origin' },
      strictTransportSecurity: deps.config.nodeEnv === 'production',
    }),
  );
  app.get('/health', async (_request, response) => {
    await deps.store.read(em => em.execute('select 1'));
    response.json({ ok: true });
  });
  app.use(express.static(publicFolder, { index: false, maxAge: 60_000 }));
  app.use(
    pinoHttp({
      logger: deps.log,
      quietReqLogger: true,
      // The board asks every five seconds: what changes something is in the audit.
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
