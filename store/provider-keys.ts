import { randomUUID } from 'node:crypto';
import type { UserId } from '../domain/ids.ts';
import type { Config } from '../runtime/config.ts';
import type { SecretBox } from '../runtime/secret-box.ts';
import type { Environment } from './entities/people.ts';
import type { EntityManager, Store } from './open.ts';
import { sealedPlace } from './sealed-columns.ts';

/** What a provider gave our application, by the names of the configuration. */
export type ProviderKeys = {
  paypal: { clientId: string; clientSecret: string; webhookId: string };
  payoneer: { clientId: string; clientSecret: string; programId: string };
  ebay: { clientId: string; clientSecret: string; ruName: string; verificationToken: string };
  mercadolibre: { clientId: string; clientSecret: string };
  aliexpress: { appKey: string; appSecret: string };
};
export type KeyedProvider = keyof ProviderKeys;
export const keyedProviders = [
  'paypal',
  'payoneer',
  'ebay',
  'mercadolibre',
  'aliexpress',
] as const satisfies readonly KeyedProvider[];

export type Entered = { provider: KeyedProvider; environment: Environment; changedAt: Date; changedBy: string };

type Row = { id: string; provider: KeyedProvider; environment: Environment; sealed: string };

export async function keepProviderKeys<Name extends KeyedProvider>(
  em: EntityManager,
  box: SecretBox,
  entry: { provider: Name; environment: Environment; keys: ProviderKeys[Name]; changedBy: UserId },
): Promise<void> {
  const { provider, environment, keys, changedBy } = entry;
  await dropProviderKeys(em, provider, environment);
  const id = randomUUID();
  const sealed = box.seal(JSON.stringify(keys), sealedPlace('provider_keys', id));
  await em.execute('insert into provider_keys (id, provider, environment, sealed, changed_by) values (?, ?, ?, ?, ?)', [
    id,
    provider,
    environment,
    sealed,
    changedBy,
  ]);
}

/** From then on the environment's are used again. */
export const dropProviderKeys = (
  em: EntityManager,
  provider: KeyedProvider,
  environment: Environment,
): Promise<unknown> =>
  em.execute('delete from provider_keys where provider = ? and environment = ?', [provider, environment]);

/** Who entered keys, and when; never the keys. */
export async function enteredKeys(em: EntityManager): Promise<Entered[]> {
  const rows = await em.execute<(Omit<Entered, 'changedAt'> & { changedAt: string })[]>(
    `select k.provider, k.environment, k.changed_at as "changedAt", u.email as "changedBy"
     from provider_keys k join users u on u.id = k.changed_by order by k.provider`,
  );
  return rows.map(row => ({ ...row, changedAt: new Date(row.changedAt) }));
}

/**
 * The configuration as this process is to use it: what an admin has entered wins over the environment's variables, which
 * are there for the first start and for as long as nothing was entered. Keys of another environment are left alone.
 */
export async function withEnteredKeys(config: Config, store: Store, box: SecretBox): Promise<Config> {
  const rows = await store.read(em =>
    em.execute<Row[]>('select id::text as id, provider, environment, sealed from provider_keys'),
  );
  const changed = { ...config };
  for (const { id, provider, environment, sealed } of rows) {
    if (environment !== config[provider].environment) continue;
    const keys: object = JSON.parse(box.open(sealed, sealedPlace('provider_keys', id)));
    Object.assign(changed, { [provider]: Object.freeze({ ...config[provider], ...keys }) });
  }
  return Object.freeze(changed);
}
