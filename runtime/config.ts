import Joi from 'joi';
import { type BrowserValues, browserSettings, browserVariables } from './config/browser.ts';
import type { Environment } from './config/environment.ts';
import { type LimitValues, limitSettings, limitVariables } from './config/limits.ts';
import { misspeltNames } from './config/misspelt-names.ts';
import { type PipelineValues, pipelineSettings, pipelineVariables } from './config/pipeline.ts';
import { type ProcessValues, processSettings, processVariables } from './config/process.ts';
import { type ProviderValues, providerSettings, providerVariables } from './config/providers.ts';
import { redisContradictions } from './config/redis.ts';
import {
  type SealValues,
  type SessionValues,
  sealSettings,
  sealVariables,
  sessionSettings,
  sessionVariables,
} from './config/secrets.ts';
import { singleProgramVariables } from './config/single-programs.ts';

export type { Environment } from './config/environment.ts';
export type { ProviderEnvironment } from './config/provider-urls.ts';
export type { RedisAddress } from './config/redis.ts';
export type { EncryptionKey } from './config/secrets.ts';

/** The settings of the api, which reads all of them. Values are frozen, names carry their unit. */
export type Config = ReturnType<typeof settings>;
/** The settings of the workers: none about sessions, because nobody logs in there. */
export type WorkerConfig = ReturnType<typeof workerSettings>;
/** The settings of the dashboard: it opens buyers' sealed addresses, and calls no provider. */
export type DashboardConfig = ReturnType<typeof dashboardSettings>;
/** The settings of a program that only needs the database. */
type ProcessConfig = ReturnType<typeof processSettings>;

/** Every setting of the processes by subject, each described in its schema: `docs/settings.md` is written from them. */
export const settingsBySubject = (env: Environment): Readonly<Record<string, Joi.PartialSchemaMap>> => ({
  Processes: processVariables(env),
  Secrets: { ...sessionVariables(), ...sealVariables() },
  Providers: providerVariables(env),
  'Rate limits and proxies': limitVariables(env),
  'Buying, paying and waiting': pipelineVariables(env),
  'Buying in a browser': browserVariables(),
});

const variables = (env: Environment): Joi.PartialSchemaMap =>
  Object.assign({}, ...Object.values(settingsBySubject(env)));

const workerVariables = (env: Environment): Joi.PartialSchemaMap => ({
  ...processVariables(env),
  ...sealVariables(),
  ...providerVariables(env),
  ...pipelineVariables(env),
  ...browserVariables(),
});

const dashboardVariables = (env: Environment): Joi.PartialSchemaMap => ({
  ...processVariables(env),
  ...sessionVariables(),
  ...sealVariables(),
  ...limitVariables(env),
  PAYPAL_ENVIRONMENT: providerVariables(env).PAYPAL_ENVIRONMENT,
});

/** Every environment variable that means something to us. */
export const knownVariables = (): string[] => [...Object.keys(variables({})), ...Object.keys(singleProgramVariables())];

/** By program, the names of the settings that it reads. */
export const variablesOf = {
  api: () => Object.keys(variables({})),
  workers: () => Object.keys(workerVariables({})),
  dashboard: () => Object.keys(dashboardVariables({})),
} as const;

type WorkerValues = ProcessValues & SealValues & ProviderValues & PipelineValues & BrowserValues;
type DashboardValues = ProcessValues & SessionValues & SealValues & LimitValues & PayPalEnvironment;
type PayPalEnvironment = Pick<ProviderValues, 'PAYPAL_ENVIRONMENT'>;

const workerSettings = (values: WorkerValues) => ({
  ...processSettings(values),
  ...sealSettings(values),
  ...providerSettings(values),
  ...pipelineSettings(values),
  ...browserSettings(values),
});

const settings = (values: WorkerValues & SessionValues & LimitValues) => ({
  ...workerSettings(values),
  ...sessionSettings(values),
  ...limitSettings(values),
});

const dashboardSettings = (values: DashboardValues) => ({
  ...processSettings(values),
  ...sessionSettings(values),
  ...sealSettings(values),
  ...limitSettings(values),
  paypal: { environment: values.PAYPAL_ENVIRONMENT },
});

/** All mistakes in one message, a line each. It names variables and never shows a value that could be secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(['the configuration has mistakes:', ...mistakes.map(mistake => `  ${mistake}`)].join('\n'));
    this.mistakes = mistakes;
  }
}

/**
 * Each function reads the environment once, at the top of a `main.ts`, and only what its program needs: no process has
 * to be given a secret that it does not use. An empty variable counts as not set, because compose files and shells pass
 * empty ones on. @throws ConfigError with every mistake at once
 */
export const readConfig = (env: Environment = process.env): Config => read(env, variables, settings);
export const readWorkerConfig = (env: Environment = process.env): WorkerConfig =>
  read(env, workerVariables, workerSettings);
export const readDashboardConfig = (env: Environment = process.env): DashboardConfig =>
  read(env, dashboardVariables, dashboardSettings);
/** For `rotate-keys`. */
export const readSealingConfig = (env: Environment = process.env): ProcessConfig & ReturnType<typeof sealSettings> =>
  read(
    env,
    given => ({ ...processVariables(given), ...sealVariables() }),
    (values: ProcessValues & SealValues) => ({ ...processSettings(values), ...sealSettings(values) }),
  );
export const readProcessConfig = (env: Environment = process.env): ProcessConfig =>
  read(env, processVariables, processSettings);

function read<Values, Settings extends object>(
  env: Environment,
  schemas: (env: Environment) => Joi.PartialSchemaMap,
  settingsFrom: (values: Values) => Settings,
): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const schema = Joi.object<Values>(schemas(given)).unknown().prefs({ abortEarly: false });
  const { value, error } = schema.validate(given, { errors: { wrap: { label: false } } });
  const mistakes = [
    ...(error?.details.map(({ message }) => message) ?? []),
    ...misspeltNames(given, knownVariables()),
    ...redisContradictions(given),
  ];
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return freezeDeep(settingsFrom(value as Values));
}

/** The database as its administrator, for the migration alone: no `Config` has it. @throws ConfigError */
export function readAdministratorUrl(env: Environment = process.env): string {
  const { MIGRATION_DATABASE_URL } = singleProgramVariables();
  const schema = Joi.object<{ MIGRATION_DATABASE_URL: string }>({
    MIGRATION_DATABASE_URL: MIGRATION_DATABASE_URL.required(),
  });
  const given = { MIGRATION_DATABASE_URL: env.MIGRATION_DATABASE_URL || undefined };
  const { value, error } = schema.validate(given, { errors: { wrap: { label: false } } });
  if (error) throw new ConfigError([error.message]);
  return value.MIGRATION_DATABASE_URL;
}

function freezeDeep<T extends object>(record: T): T {
  for (const value of Object.values(record)) {
    // The bytes of a key cannot be frozen: the language refuses it for typed arrays.
    if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) freezeDeep(value);
  }
  return Object.freeze(record);
}
