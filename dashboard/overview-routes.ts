import { Router } from 'express';
import { receivables } from '../store/current-account.ts';
import { troubledFeeds } from '../store/feeds.ts';
import { ledgerTotals } from '../store/ledger.ts';
import { legStandings, orderStandings } from '../store/overview.ts';
import { troubleBoard } from '../store/provider-troubles.ts';
import { vitalSigns } from '../store/vital-signs.ts';
import type { Deps } from './deps.ts';
import { overviewPage } from './pages/overview.ts';
import { queueFigures } from './queue-figures.ts';
import { operatorOf } from './session.ts';

export const overviewRoutes = (deps: Deps): Router =>
  Router().get('/', async (_request, response) => {
    const now = deps.now();
    const [orders, legs, ledger, owing, feeds, queues, troubles, signs] = await Promise.all([
      deps.store.read(orderStandings),
      deps.store.read(legStandings),
      deps.store.read(ledgerTotals),
      deps.store.read(receivables),
      deps.store.read(em => troubledFeeds(em, now)),
      queueFigures(deps.producer),
      troubleBoard(deps.store).load(),
      deps.store.read(em => vitalSigns(em, now)),
    ]);
    const figures = { orders, legs, ledger, receivables: owing, feeds, queues, troubles, signs, now };
    response.type('html').send(overviewPage({ deps, operator: operatorOf(response) }, figures));
  });
