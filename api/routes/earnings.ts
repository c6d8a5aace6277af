import { Router } from 'express';
import Joi from 'joi';
import { dayMs } from '../../domain/durations.ts';
import type { UserId } from '../../domain/ids.ts';
import { type Currency, money } from '../../domain/money.ts';
import { earnedBy, earnings, type Figures, totalsOf } from '../../store/money/earnings.ts';
import type { Deps } from '../deps.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { sessionOf } from '../middleware/session.ts';
import { moneyView } from '../views/views.ts';
import { id } from './schemas.ts';

const mostDays = 366;
const usualDays = 30;

/** `2026-07-31`, as its first moment in UTC. */
const day = Joi.string().custom((text: string, { error }) => {
  const date = /^2[01]\d\d-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  // The 31st of February would be read as the 3rd of March.
  return date && !Number.isNaN(date.getTime()) && dayOf(date) === text ? date : error('any.invalid');
});
const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

/** Both days are included. */
type Days = { from?: Date; to?: Date };
const days = { from: day, to: day };
const ofReseller = Joi.object<Days>(days);
const ofPlatform = Joi.object<Days & { userId?: UserId }>({ ...days, userId: id });

type Range = { from: Date; to: Date };

/** The last thirty days, unless told; `to` is not included. @throws Problem 400 */
function rangeOf({ from, to }: Days, now: Date): Range {
  const last = to ?? new Date(`${dayOf(now)}T00:00:00Z`);
  const first = from ?? new Date(last.getTime() - (usualDays - 1) * dayMs);
  const end = new Date(last.getTime() + dayMs);
  if (first > last) throw new Problem(400, 'INVALID_INPUT', 'from is after to');
  if (end.getTime() - first.getTime() > mostDays * dayMs)
    throw new Problem(400, 'INVALID_INPUT', `at most ${mostDays} days at once`);
  return { from: first, to: end };
}

type OfCurrency = Figures & { readonly currency: Currency };
type View = (figures: OfCurrency) => Record<string, unknown>;

const view = ({ currency, ...figures }: OfCurrency, names: readonly (keyof Figures)[]) => ({
  currency,
  ...Object.fromEntries(names.map(name => [name, moneyView(money(figures[name], currency))])),
});

const ofSales = [
  'sales',
  'marketplaceFees',
  'paymentFees',
  'supplierCost',
  'commission',
  'converted',
  'netProfit',
  'keptFees',
] as const;
const forReseller: View = figures => view(figures, ofSales);
const forPlatform: View = figures => ({
  ...view(figures, [...ofSales, 'payoutFees', 'disputeFees', 'keptFeesOfPlatform', 'feeDifference', 'fxLoss']),
  earned: moneyView(money(earnedBy(figures), figures.currency)),
});

async function answer({ store }: Deps, seller: UserId | null, range: Range, show: View) {
  const rows = await store.read(em => earnings(em, seller, range));
  return {
    from: dayOf(range.from),
    to: dayOf(new Date(range.to.getTime() - dayMs)),
    totals: totalsOf(rows).map(show),
    days: rows.map(row => ({ day: row.day, ...show(row) })),
  };
}

/** What a reseller's sales brought, and how it was shared, by day. */
export const earningsRoutes = (deps: Deps): Router =>
  Router().get('/', async (request, response) => {
    const { userId } = sessionOf(response);
    const range = rangeOf(valid(ofReseller, request.query), deps.now());
    response.json(await answer(deps, userId, range, forReseller));
  });

/** The same of all sales, or of one reseller's, with what the platform itself has earned and spent. */
export const platformEarningsRoutes = (deps: Deps): Router =>
  Router().get('/earnings', async (request, response) => {
    const { userId = null, ...wanted } = valid(ofPlatform, request.query);
    response.json(await answer(deps, userId, rangeOf(wanted, deps.now()), forPlatform));
  });
