import express, { type Request, type Response, Router } from 'express';
import type Joi from 'joi';
import { platformCurrency } from '../domain/fees.ts';
import type { LegId, OrderId } from '../domain/ids.ts';
import { parseMoney } from '../domain/money.ts';
import { askedAmount, askedLeg, askedOrder } from '../queues/asked-decision.ts';
import { decideOrder } from '../queues/decide.ts';
import { decideLeg } from '../queues/decide-leg.ts';
import { DecisionRefused } from '../queues/decision.ts';
import { settleContradiction } from '../queues/settle-contradiction.ts';
import { audited } from './audit.ts';
import type { Deps } from './deps.ts';
import { idOf } from './id-of.ts';
import { Refusal } from './refusal.ts';
import { operatorOf } from './session.ts';

const form = express.urlencoded({ extended: false, limit: 8_192 });

/** @throws Refusal 400 */
function entered<Asked>(schema: Joi.ObjectSchema<Asked>, fields: object): Asked {
  const { value, error } = schema.validate(fields);
  if (error) throw new Refusal(400, `${error.message}. Go back and correct it.`);
  return value;
}

/** A field that was left empty was not filled in. */
const filled = (fields: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([, text]) => text.trim() !== ''));

const numbersIn = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

const refused = (error: unknown): never => {
  throw error instanceof DecisionRefused ? new Refusal(409, `${error.message} (${error.code}).`) : error;
};

/** The way out of NEEDS_REVIEW, where its evidence is shown: what the operator has seen, and why they decide so. */
export const decisionRoutes = (deps: Deps): Router =>
  Router()
    .post('/orders/:id/decide', form, async (request: Request, response: Response) => {
      const order = idOf(request, 'order') as OrderId;
      const { supplierOrders, ...fields } = filled(request.body);
      const numbers = supplierOrders === undefined ? {} : { supplierOrders: numbersIn(supplierOrders) };
      const { why, ...decision } = entered(askedOrder, { ...fields, ...numbers });
      const { userId: by, email: operator } = operatorOf(response);
      await audited(deps, { operator, action: `decide order: ${decision.decision}`, target: { order } }, () =>
        deps.transact((em, enqueue) => decideOrder(em, enqueue, order, { decision, by, why })).catch(refused),
      );
      response.redirect(303, `/orders/${order}`);
    })
    .post('/contradictions/:id/settle', form, async (request: Request, response: Response) => {
      const contradiction = idOf(request, 'contradiction');
      const { amount, why } = entered(askedAmount, filled(request.body));
      const { userId: by, email: operator } = operatorOf(response);
      const said = { amount: parseMoney(amount, platformCurrency), why, by };
      const order = await audited(
        deps,
        { operator, action: `settle contradiction: ${amount}`, target: { contradiction } },
        () => deps.transact((em, enqueue) => settleContradiction(em, enqueue, contradiction, said)).catch(refused),
      );
      response.redirect(303, `/orders/${order.id}`);
    })
    .post('/legs/:id/decide', form, async (request: Request, response: Response) => {
      const payout = idOf(request, 'payout') as LegId;
      const { why, ...decision } = entered(askedLeg, filled(request.body));
      const { userId: by, email: operator } = operatorOf(response);
      const leg = await audited(
        deps,
        { operator, action: `decide payout: ${decision.decision}`, target: { payout } },
        () => deps.transact((em, enqueue) => decideLeg(em, enqueue, payout, { decision, by, why })).catch(refused),
      );
      response.redirect(303, `/orders/${leg.orderId}`);
    });
