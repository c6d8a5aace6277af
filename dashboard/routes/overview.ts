import { Router } from 'express';
import { dayMs } from '../../domain/durations.ts';
import { platformCurrency } from '../../domain/fees.ts';
import { money } from '../../domain/money.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { troubledFeeds } from '../../store/events/feeds.ts';
import { receivables } from '../../store/money/current-account.ts';
import { earnedBy, earnedInAll, earnings, totalsOf } from '../../store/money/earnings.ts';
import { accountBalances, ledgerTotals } from '../../store/money/ledger.ts';
import { troubledRateFeeds } from '../../store/money/rate-feeds.ts';
import { freezeStandings, legStandings, orderStandings } from '../../store/operations/overview.ts';
import { troubleBoard } from '../../store/operations/provider-troubles.ts';
import { vitalSigns } from '../../store/operations/vital-signs.ts';
import { queueFigures } from '../board/queue-figures.ts';
import type { Deps } from '../deps.ts';
import { operatorOf } from '../middleware/session.ts';
import { overviewPage } from '../pages/overview.ts';
import type { PlatformMoney } from '../pages/platform-money.ts';

async function platformMoney(em: EntityManager, now: Date): Promise<PlatformMoney> {
  const from = new Date(Math.floor(now.getTime() / dayMs) * dayMs);
  const today = totalsOf(await earnings(em, null, { from, to: new Date(from.getTime() + dayMs) }));
  return {
    earnedToday: today
      .map(figures => money(earnedBy(figures), figures.currency))
      .filter(({ amountMinor, currency }) => amountMinor !== 0n || currency === platformCurrency),
    earned: await earnedInAll(em),
    own: await accountBalances(em, true),
  };
}

export const overviewRoutes = (deps: Deps): Router =>
  Router().get('/', async (_request, response) => {
    const now = deps.now();
    const [orders, legs, frozen, ledger, owing, platform, feeds, rateFeeds, queues, troubles, signs] =
      await Promise.all([
        deps.store.read(orderStandings),
        deps.store.read(legStandings),
        deps.store.read(freezeStandings),
        deps.store.read(ledgerTotals),
        deps.store.read(receivables),
        deps.store.read(em => platformMoney(em, now)),
        deps.store.read(em => troubledFeeds(em, now)),
        deps.store.read(troubledRateFeeds),
        queueFigures(deps.producer),
        troubleBoard(deps.store).load(),
        deps.store.read(em => vitalSigns(em, now)),
      ]);
    const figures = {
      feeds,
      rateFeeds,
      orders,
      legs,
      frozen,
      ledger,
      receivables: owing,
      platform,
      queues,
      troubles,
      signs,
      now,
    };
    response.type('html').send(overviewPage({ deps, operator: operatorOf(response) }, figures));
  });
