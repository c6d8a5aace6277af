import { Router } from 'express';
import Joi from 'joi';
import type { Holder, WaitReason } from '../../domain/order.ts';
import type { Enqueue } from '../../queues/transact.ts';
import { keepBrowserLogin } from '../../store/connections/browser-login.ts';
import { disconnect } from '../../store/connections/connect.ts';
import { credentialOf } from '../../store/connections/credentials.ts';
import { type BuyerAccountState, buyerAccountState, releaseAccount } from '../../store/connections/shop-accounts.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Credential } from '../../store/entities/people.ts';
import { resumeOrders } from '../../transactions/resume-orders.ts';
import { assertReplaceable } from '../consent/replacing-account.ts';
import type { Deps } from '../deps.ts';
import { type Limits, spend } from '../middleware/limits.ts';
import { notFound, Problem, valid } from '../middleware/problem.ts';
import { type Session, sessionOf } from '../middleware/session.ts';

type LogIn = { email: string; password: string; moneyHolder: Holder };
const logIn = Joi.object<LogIn>({
  email: Joi.string().email({ tlds: false }).lowercase().max(254).required(),
  password: Joi.string().min(1).max(1_024).required(),
  /** Who pays for what is bought with it. */
  moneyHolder: Joi.string().valid('platform', 'reseller').required(),
});

/** The waits that end when a log-in is entered, or released. */
const mendedByLogin: readonly WaitReason[] = [
  'RECONNECT_NEEDED',
  'BUYER_ACCOUNT_PAUSED',
  'BROWSER_AUTOMATION_DISABLED',
];

const view = ({ id, environment, accountName, moneyHolder }: Credential, standing: BuyerAccountState) => ({
  id,
  environment,
  email: accountName,
  moneyHolder,
  health: standing.health,
  pausedFor: standing.health === 'paused' ? standing.pausedFor : null,
});

/** The log-in with which a reseller's goods are bought on the supplier's website. The password is never shown again. */
export const browserLoginRoutes = ({ store, transact, box, config }: Deps, limits: Limits): Router => {
  const { environment } = config.aliexpress;
  const ownLogin = async (em: EntityManager, userId: Credential['userId']): Promise<Credential> => {
    const own = await credentialOf(em, userId, 'aliexpress', environment);
    if (!own || own.status === 'DISCONNECTED') throw notFound('browser log-in');
    return own;
  };
  /** An admin's log-in is the platform's: the orders of every reseller who buys with it resume. */
  const wakeAll = async (em: EntityManager, enqueue: Enqueue, { userId, role }: Session): Promise<number> => {
    let count = 0;
    for (const reason of mendedByLogin)
      count += await resumeOrders(em, enqueue, reason, role === 'admin' ? null : userId);
    return count;
  };

  return Router()
    .get('/', async (_request, response) => {
      const { userId } = sessionOf(response);
      response.json(
        await store.read(async em => {
          const own = await ownLogin(em, userId);
          return view(own, await buyerAccountState(em, own));
        }),
      );
    })
    .put('/', async (request, response) => {
      const session = sessionOf(response);
      const { userId } = session;
      const login = { userId, environment, ...valid(logIn, request.body) };
      // Each log-in is tried at the supplier, even one that belongs to another person there.
      await spend(limits['connection-start'], userId, 'TOO_MANY_CONNECTIONS');
      const answer = await transact(async (em, enqueue) => {
        await assertReplaceable(em, { ...login, apiName: 'aliexpress', accountId: login.email });
        const kept = await keepBrowserLogin(em, box, login);
        const ordersWoken = await wakeAll(em, enqueue, session);
        return { ...view(kept, await buyerAccountState(em, kept)), ordersWoken };
      });
      response.json(answer);
    })
    .post('/release', async (_request, response) => {
      const session = sessionOf(response);
      const ordersWoken = await transact(async (em, enqueue) => {
        const own = await ownLogin(em, session.userId);
        if (!(await releaseAccount(em, own.id))) throw new Problem(409, 'NOT_PAUSED', 'the log-in is not paused');
        return wakeAll(em, enqueue, session);
      });
      response.json({ ordersWoken });
    })
    .delete('/', async (_request, response) => {
      const { userId } = sessionOf(response);
      await store.transaction(async em => disconnect(em, (await ownLogin(em, userId)).id));
      response.status(204).end();
    });
};
