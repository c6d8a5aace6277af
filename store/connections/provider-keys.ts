import { randomUUID } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import type { WorkerConfig } from '../../runtime/config.ts';
import type { SecretBox } from '../../runtime/secrets/secret-box.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Store } from '../database/open.ts';
import { sealedPlace } from '../database/sealed-columns.ts';
import type { Environment } from '../entities/people.ts';

/** The keys of our application at each provider, by their names in the configuration. */
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

/** The account that keys belong to, by its name in our effects. */
const accountOf = (provider: KeyedProvider, keys: object): string | undefined => {
  const { clientId, programId, appKey } = keys as { clientId?: string; programId?: string; appKey?: string };
  return provider === 'payoneer' ? programId : provider === 'aliexpress' ? appKey : clientId;
};

type Entry<Name extends KeyedProvider> = {
  provider: Name;
  environment: Environment;
  keys: ProviderKeys[Name];
  /** The keys in use until now, entered or not: if they are another account's, they are kept for reading. */
  inForce: object;
  changedBy: UserId;
};

export async function keepProviderKeys<Name extends KeyedProvider>(
  em: EntityManager,
  box: SecretBox,
  { provider, environment, keys, inForce, changedBy }: Entry<Name>,
): Promise<void> {
  const account = accountOf(provider, keys);
  const entered = await dropProviderKeys(em, provider, environment);
  const replaced = accountOf(provider, inForce);
  if (!entered && replaced && replaced !== account && keepsFormer.includes(provider))
    await insertKeys(em, box, { provider, environment, keys: ownKeys(inForce), changedBy, retired: true });
  // Keys that are used again no longer count as a former account's.
  for (const { id, sealed } of await rowsOf(em, provider, environment))
    if (accountOf(provider, opened(box, id, sealed)) === account)
      await em.execute('delete from provider_keys where id = ?', [id]);
  await insertKeys(em, box, { provider, environment, keys, changedBy, retired: false });
}

/** Of a provider's configuration, what is a key. */
function ownKeys(inForce: object): object {
  const names = [
    'clientId',
    'clientSecret',
    'webhookId',
    'programId',
    'ruName',
    'verificationToken',
    'appKey',
    'appSecret',
  ];
  return Object.fromEntries(Object.entries(inForce).filter(([name, value]) => names.includes(name) && value));
}

async function insertKeys(
  em: EntityManager,
  box: SecretBox,
  key: { provider: KeyedProvider; environment: Environment; keys: object; changedBy: UserId; retired: boolean },
): Promise<void> {
  const id = randomUUID();
  const sealed = box.seal(JSON.stringify(key.keys), sealedPlace('provider_keys', id));
  await em.execute(
    `insert into provider_keys (id, provider, environment, sealed, changed_by, retired_at)
     values (?, ?, ?, ?, ?, case when ? then clock_now() end)`,
    [id, key.provider, key.environment, sealed, key.changedBy, key.retired],
  );
}

/** The platform's own accounts: what was done with an account is read through it, without an end. */
const keepsFormer: readonly KeyedProvider[] = ['paypal', 'payoneer'];

/**
 * Drops entered keys: the environment's count again. Keys of our own accounts stay for reading. False: there were none.
 */
export const dropProviderKeys = async (
  em: EntityManager,
  provider: KeyedProvider,
  environment: Environment,
): Promise<boolean> => {
  const change = keepsFormer.includes(provider)
    ? 'update provider_keys set retired_at = clock_now()'
    : 'delete from provider_keys';
  const retired = await em.execute<{ id: string }[]>(
    `${change} where provider = ? and environment = ? and retired_at is null returning id`,
    [provider, environment],
  );
  return retired.length > 0;
};

const rowsOf = (em: EntityManager, provider: KeyedProvider, environment: Environment): Promise<Row[]> =>
  em.execute(
    'select id::text as id, provider, environment, sealed from provider_keys where provider = ? and environment = ?',
    [provider, environment],
  );

const opened = (box: SecretBox, id: string, sealed: string): object =>
  JSON.parse(box.open(sealed, sealedPlace('provider_keys', id)));

/** Who entered keys, and when; never the keys. */
export async function enteredKeys(em: EntityManager): Promise<Entered[]> {
  const rows = await em.execute<(Omit<Entered, 'changedAt'> & { changedAt: string })[]>(
    `select k.provider, k.environment, k.changed_at as "changedAt", u.email as "changedBy"
     from provider_keys k join users u on u.id = k.changed_by where k.retired_at is null order by k.provider`,
  );
  return rows.map(row => ({ ...row, changedAt: new Date(row.changedAt) }));
}

/**
 * The configuration as this process is to use it: keys that an admin has entered win over the environment's, which
 * serve until keys are entered. Keys of another environment are left alone.
 */
export async function withEnteredKeys<Given extends WorkerConfig>(
  config: Given,
  store: Store,
  box: SecretBox,
): Promise<Given> {
  const rows = await store.read(em =>
    em.execute<Row[]>(
      'select id::text as id, provider, environment, sealed from provider_keys where retired_at is null',
    ),
  );
  const changed = { ...config };
  for (const { id, provider, environment, sealed } of rows) {
    if (environment !== config[provider].environment) continue;
    const keys = opened(box, id, sealed);
    Object.assign(changed, { [provider]: Object.freeze({ ...config[provider], ...keys }) });
  }
  return Object.freeze(changed);
}

/** Keys of the platform's own accounts that are not used any more, each for reading what was done with its account. */
export type FormerKeys = {
  readonly paypal: readonly ProviderKeys['paypal'][];
  readonly payoneer: readonly ProviderKeys['payoneer'][];
};

/** @param given the configuration by the environment's variables alone: entered keys may have taken its place */
export async function formerKeys(
  config: WorkerConfig,
  given: WorkerConfig,
  store: Store,
  box: SecretBox,
): Promise<FormerKeys> {
  const of = async <Name extends 'paypal' | 'payoneer'>(provider: Name): Promise<ProviderKeys[Name][]> => {
    const rows = await store.read(em => rowsOf(em, provider, config[provider].environment));
    const known = [...rows.map(({ id, sealed }) => opened(box, id, sealed)), ownKeys(given[provider])];
    const present = accountOf(provider, config[provider]);
    const byAccount = new Map(known.map(keys => [accountOf(provider, keys), keys]));
    return [...byAccount].flatMap(([account, keys]) =>
      account && account !== present ? [keys as ProviderKeys[Name]] : [],
    );
  };
  return { paypal: await of('paypal'), payoneer: await of('payoneer') };
}
