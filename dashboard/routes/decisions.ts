import { type Request, type Response, Router } from 'express';
import type { LegId, OrderId } from '../../domain/ids.ts';
import { formatMoney } from '../../domain/money.ts';
import { decideOrder } from '../../transactions/decisions/decide-order.ts';
import { decidePayout } from '../../transactions/decisions/decide-payout.ts';
import {
  askedAmount,
  orderDecisionSchema,
  payoutDecisionSchema,
} from '../../transactions/decisions/decision-schemas.ts';
import { settleContradiction } from '../../transactions/decisions/settle-contradiction.ts';
import type { Deps } from '../deps.ts';
import { audited } from '../middleware/audit.ts';
import { operatorOf } from '../middleware/session.ts';
import { form } from '../middleware/storable.ts';
import { refused } from './decision-refused.ts';
import { entered, type Fields, filled, withAmounts } from './entered.ts';
import { idOf } from './id-of.ts';

const numbersIn = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

/** Several numbers or costs share one field of a form. */
function decisionIn(body: Fields | undefined): Readonly<Record<string, unknown>> {
  const { supplierOrders, costs, costsCurrency: currency, ...others } = filled(body);
  const numbers = supplierOrders === undefined ? undefined : numbersIn(supplierOrders);
  const amounts = numbersIn(costs ?? '');
  const paid = Array.from({ length: Math.max(numbers?.length ?? 0, amounts.length) }, (_, index) => ({
    number: numbers?.[index],
    cost: { amount: amounts[index], currency },
  }));
  return {
    ...withAmounts(others),
    ...(costs === undefined ? numbers && { supplierOrders: numbers } : { paid }),
  };
}

/** Takes the decisions about orders in review and payouts: what the operator has seen, and why they decide so. */
export const decisionRoutes = (deps: Deps): Router =>
  Router()
    .post('/orders/:id/decide', form, async (request: Request, response: Response) => {
      const order = idOf(request, 'order') as OrderId;
      const { why, ...decision } = entered(orderDecisionSchema, decisionIn(request.body));
      const { userId: by, email: operator } = operatorOf(response);
      await audited(deps, { operator, action: `decide order: ${decision.decision}`, target: { order } }, () =>
        deps.transact((em, enqueue) => decideOrder(em, enqueue, order, { decision, by, why })).catch(refused),
      );
      response.redirect(303, `/orders/${order}`);
    })
    .post('/contradictions/:id/settle', form, async (request: Request, response: Response) => {
      const contradiction = idOf(request, 'contradiction');
      const { amount, why } = entered(askedAmount, decisionIn(request.body));
      const { userId: by, email: operator } = operatorOf(response);
      const order = await audited(
        deps,
        { operator, action: `settle contradiction: ${formatMoney(amount)}`, target: { contradiction } },
        () =>
          deps
            .transact((em, enqueue) => settleContradiction(em, enqueue, contradiction, { amount, why, by }))
            .catch(refused),
      );
      response.redirect(303, `/orders/${order.id}`);
    })
    .post('/legs/:id/decide', form, async (request: Request, response: Response) => {
      const payout = idOf(request, 'payout') as LegId;
      const { why, ...decision } = entered(payoutDecisionSchema, decisionIn(request.body));
      const { userId: by, email: operator } = operatorOf(response);
      const leg = await audited(
        deps,
        { operator, action: `decide payout: ${decision.decision}`, target: { payout } },
        () => deps.transact((em, enqueue) => decidePayout(em, enqueue, payout, { decision, by, why })).catch(refused),
      );
      response.redirect(303, `/orders/${leg.orderId}`);
    });
