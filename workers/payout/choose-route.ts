import { Terminal } from '../../domain/call-outcome.ts';
import type { PayoutLeg } from '../../store/entities/money.ts';
import type { Context } from '../context/context.ts';
import { payoneerRoute } from './payoneer-route.ts';
import type { PayoutRoute } from './payout-route.ts';
import { paypalRoute } from './paypal-route.ts';

/** The route of the leg. @throws Terminal PAYOUT_ROUTE_CLOSED when it is not configured */
export function payoutRoute(ctx: Context, leg: Pick<PayoutLeg, 'route'>): PayoutRoute {
  const route = leg.route === 'paypal' ? paypalRoute(ctx) : payoneerRoute(ctx);
  if (!route) throw new Terminal('PAYOUT_ROUTE_CLOSED', `${leg.route} is not configured`);
  return route;
}
