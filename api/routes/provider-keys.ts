import { type Request, type Response, Router } from 'express';
import Joi from 'joi';
import { Terminal } from '../../domain/call-outcome.ts';
import { tryKeys } from '../../providers/try-keys.ts';
import type { Config } from '../../runtime/config.ts';
import {
  dropProviderKeys,
  enteredKeys,
  type KeyedProvider,
  keepProviderKeys,
  keyedProviders,
  type ProviderKeys,
} from '../../store/connections/provider-keys.ts';
import type { Deps } from '../deps.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { adminOf } from '../middleware/session.ts';

const key = Joi.string()
  .pattern(/^[\x21-\x7e]{4,512}$/)
  .required();
const verificationToken = Joi.string()
  .pattern(/^[\w-]{32,80}$/)
  .required();
const schemas: { readonly [Name in KeyedProvider]: Joi.ObjectSchema<ProviderKeys[Name]> } = {
  paypal: Joi.object({ clientId: key, clientSecret: key, webhookId: key }),
  payoneer: Joi.object({
    clientId: key,
    clientSecret: key,
    programId: Joi.string()
      .pattern(/^\w{1,64}$/)
      .required(),
  }),
  ebay: Joi.object({ clientId: key, clientSecret: key, ruName: key, verificationToken }),
  mercadolibre: Joi.object({ clientId: key, clientSecret: key }),
  aliexpress: Joi.object({ appKey: key, appSecret: key }),
};

/** Both read the keys when they start, so calls under way keep the keys they began with. */
const appliesFrom = 'the next start of the api and the workers';

const providerName = Joi.string<KeyedProvider>().valid(...keyedProviders);
const providerOf = (request: Request): KeyedProvider => valid(providerName, request.params.provider);

/**
 * Our own keys at the providers: entered by an admin, tried at once, sealed, and never shown again. Keys that are
 * entered win over the environment's.
 */
export const providerKeyRoutes = ({ store, box, config }: Deps): Router =>
  Router()
    .get('/providers', async (_request, response) => {
      const entered = await store.read(enteredKeys);
      response.json({
        providers: keyedProviders.map(provider => {
          const { environment } = config[provider];
          const own = entered.find(entry => entry.provider === provider && entry.environment === environment);
          const from = own ? 'entered' : 'environment';
          return { provider, environment, from, changedAt: own?.changedAt ?? null, changedBy: own?.changedBy ?? null };
        }),
      });
    })
    .put('/providers/:provider', async (request, response) => {
      const provider = providerOf(request);
      const keys = valid<ProviderKeys[KeyedProvider]>(schemas[provider] as Joi.Schema, request.body);
      await tried(config, provider, keys);
      const { environment } = config[provider];
      const { userId: changedBy } = adminOf(response);
      const inForce = config[provider];
      await store.transaction(em => keepProviderKeys(em, box, { provider, environment, keys, inForce, changedBy }));
      response.json({ provider, environment, from: 'entered', appliesFrom });
    })
    .delete('/providers/:provider', async (request: Request, response: Response) => {
      const provider = providerOf(request);
      const { environment } = config[provider];
      await store.transaction(em => dropProviderKeys(em, provider, environment));
      response.json({ provider, environment, from: 'environment', appliesFrom });
    });

async function tried(config: Config, provider: KeyedProvider, keys: ProviderKeys[KeyedProvider]): Promise<void> {
  const attempt: (options: never) => Promise<void> = tryKeys[provider];
  await attempt({ ...config[provider], ...keys } as never).catch((error: unknown) => {
    if (!(error instanceof Terminal)) throw error;
    throw new Problem(422, 'KEYS_REFUSED', `${provider} does not know these keys (${error.code}): nothing was changed`);
  });
}
