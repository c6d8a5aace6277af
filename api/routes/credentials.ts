import { Router } from 'express';
import Joi from 'joi';
import type { Holder } from '../../domain/order.ts';
import { jobForOrder } from '../../queues/next-job.ts';
import type { Config } from '../../runtime/config.ts';
import { connect, credentialsOf, type Tokens } from '../../store/credentials.ts';
import type { ApiName, Credential, Environment } from '../../store/entities/people.ts';
import { waitingFor, wakeOrder } from '../../store/orders.ts';
import type { Deps } from '../deps.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { sessionOf } from '../middleware/session.ts';
import { instant } from '../schemas.ts';
import { credentialView } from '../views.ts';

type Connectable = Extract<ApiName, 'aliexpress-dropshipping' | 'ebay' | 'mercadolibre'>;
type NewConnection = { accountId: string; accountName: string; moneyHolder: Holder } & Tokens;

const apiName = Joi.string<Connectable>().valid('aliexpress-dropshipping', 'ebay', 'mercadolibre');
const token = Joi.string().min(8).max(4096);
const connection = Joi.object<NewConnection>({
  accountId: Joi.string().max(128).required(),
  accountName: Joi.string().max(128).required(),
  /** A marketplace: who receives the proceeds. A supplier: who pays. */
  moneyHolder: Joi.string().valid('platform', 'reseller').required(),
  accessToken: token.required(),
  refreshToken: token.required(),
  accessExpiresAt: instant.required(),
  refreshExpiresAt: instant.allow(null).default(null),
});

const half = 2;

/** Outside accounts. What is secret goes in once and never comes out again. */
export const credentialRoutes = ({ store, transact, box, config, now }: Deps): Router =>
  Router()
    .get('/', async (_request, response) => {
      const { userId } = sessionOf(response);
      const credentials = await store.read(em => credentialsOf(em, userId));
      response.json({ credentials: credentials.map(credentialView) });
    })
    .put('/:apiName', async (request, response) => {
      const { userId } = sessionOf(response);
      const name = valid(apiName, request.params.apiName);
      const { accountId, accountName, moneyHolder, ...tokens } = valid(connection, request.body);
      const leftMs = Math.max(0, tokens.accessExpiresAt.getTime() - now().getTime());
      const leadMs = Math.min(config.supplierTokenLeadMs, leftMs / half);
      const connected = await transact(async (em, enqueue) => {
        const stored = await connect(em, box, {
          userId,
          apiName: name,
          environment: environmentOf(config, name),
          accountId,
          accountName,
          moneyHolder,
          tokens,
          refreshAt: new Date(tokens.accessExpiresAt.getTime() - leadMs),
        });
        if (!stored) throw new Problem(409, 'ACCOUNT_TAKEN', 'this account is connected to another user');
        // What waited for this account goes on by itself.
        for (const { id } of await waitingFor(em, 'RECONNECT_NEEDED', { userId })) {
          const order = await wakeOrder(em, id);
          if (order) enqueue(jobForOrder(order));
        }
        return stored;
      });
      response.status(200).json({
        ...credentialView(connected.credential),
        ...webhookUrls(config, connected.credential),
        // Shown to its owner when the account is connected: it signs orders that are sent to us inline.
        webhookSecret: connected.webhookSecret,
      });
    });

const environmentOf = (config: Config, name: Connectable): Environment =>
  name === 'aliexpress-dropshipping' ? config.aliexpress.environment : config[name].environment;

/** Where the marketplace, or whoever sends orders inline, is to call us. */
function webhookUrls(config: Config, { id, apiName, webhookSegment }: Credential): Record<string, string> {
  const base = `${config.publicUrl}/api/webhooks`;
  switch (apiName) {
    case 'ebay':
      return { notificationUrl: `${base}/ebay`, inlineUrl: `${base}/inline/${id}` };
    case 'mercadolibre':
      return { notificationUrl: `${base}/mercadolibre/${webhookSegment}`, inlineUrl: `${base}/inline/${id}` };
    default:
      return {};
  }
}
