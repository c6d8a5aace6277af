import { AsyncLocalStorage } from 'node:async_hooks';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { type Express, Router } from 'express';
import helmet from 'helmet';
import { catalogue } from '../../queues/catalogue.ts';
import type { QueueContract } from '../../queues/define-queue.ts';
import type { Deps } from '../deps.ts';
import { auditDenied } from '../middleware/audit.ts';
import { type Operator, operatorOf } from '../middleware/session.ts';
import { boardActions } from './board-actions.ts';
import { boardLook } from './board-look.ts';

const boardPath = '/queues';

/** The board runs its own scripts and sets style attributes; nothing loads from another host. */
const boardPolicy = {
  defaultSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  baseUri: ["'self'"],
  formAction: ["'self'"],
  objectSrc: ["'none'"],
  frameAncestors: ["'none'"],
};

/** The page of ours that shows a job's subject, by the key of its payload. */
const pages: Readonly<Record<string, { displayText: string; path: string }>> = {
  orderId: { displayText: 'Order', path: '/orders' },
  legId: { displayText: 'Order of this payout', path: '/legs' },
};

const schemaOf = ({ payload }: QueueContract) =>
  payload['~standard'].jsonSchema.input({ target: 'draft-2020-12' }) as Record<string, unknown>;

function linkOf({ key }: QueueContract) {
  const page = pages[key];
  if (!page) return {};
  const { displayText, path } = page;
  return {
    externalJobUrl: ({ data }: { data: Record<string, unknown> }) => ({
      displayText,
      href: `${path}/${encodeURIComponent(String(data[key]))}`,
    }),
  };
}

/**
 * Bull Board over every queue, read-only. The few actions that exist are routed before it (`board-actions.ts`); it
 * denies and audits every other request that would change something.
 */
export function boardRoutes(deps: Deps): Router {
  // The board's hooks do not get the operator as a parameter.
  const asking = new AsyncLocalStorage<Operator>();

  const adapters = [...deps.producer.queues].map(([name, queue]) => {
    const contract: QueueContract = catalogue[name];
    const { description } = contract;
    const adapter = new BullMQAdapter(queue, { description, jobDataSchema: schemaOf(contract), ...linkOf(contract) });
    adapter.setVisibilityGuard(() => asking.getStore() !== undefined);
    return adapter;
  });

  const serverAdapter = new ExpressAdapter().setBasePath(boardPath);
  createBullBoard({
    queues: adapters,
    serverAdapter,
    options: {
      uiConfig: boardLook(deps.config.paypal.environment),
      handlerHooks: {
        before: async ({ method, route, request }) => {
          if (method === 'get') return;
          const operator = asking.getStore()?.email ?? 'nobody';
          const attempt = {
            operator,
            action: `${method.toUpperCase()} ${boardPath}${route}`,
            target: { ...request.params },
          };
          await auditDenied(deps, attempt, 'not offered here');
          return { allow: false, status: 403, message: 'This dashboard does not offer that.' };
        },
      },
    },
  });

  return Router()
    .use(helmet.contentSecurityPolicy({ useDefaults: false, directives: boardPolicy }))
    .use(boardActions(deps))
    .use((_request, response, next) => asking.run(operatorOf(response), next))
    .use(withoutForeignFont(serverAdapter.getRouter()));
}

type Render = (path: string, options: object, done: (error: unknown, html?: string) => void) => void;

/** Removes the link to a font on another host from the board's page. */
function withoutForeignFont(board: Express & { engines: Record<string, Render> }): Express {
  board.disable('x-powered-by');
  const render = board.engines['.ejs']!;
  board.engines['.ejs'] = (path, options, done) =>
    render(path, options, (error, page) => done(error, page?.replace(/<link href="https:[^>]*>/g, '')));
  return board;
}
