import { Router } from 'express';
import { receivables } from '../store/current-account.ts';
import { ledgerTotals } from '../store/ledger.ts';
import { legStandings, orderStandings } from '../store/overview.ts';
import { troubleBoard } from '../store/provider-troubles.ts';
import type { Deps } from './deps.ts';
import { overviewPage } from './pages/overview.ts';
import { queueFigures } from './queue-figures.ts';
import { operatorOf } from './session.ts';

export const overviewRoutes = (deps: Deps): Router =>
  Router().get('/', async (_request, response) => {
    const [orders, legs, ledger, owing, queues, troubles] = await Promise.all([
      deps.store.read(orderStandings),
      deps.store.read(legStandings),
      deps.store.read(ledgerTotals),
      deps.store.read(receivables),
      queueFigures(deps.producer),
      troubleBoard(deps.store).load(),
    ]);
    const figures = { orders, legs, ledger, receivables: owing, queues, troubles, now: deps.now() };
    response.type('html').send(overviewPage({ deps, operator: operatorOf(response) }, figures));
  });
