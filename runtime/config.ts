import Joi from 'joi';
import { type BrowserValues, browserSettings, browserVariables } from './config/browser.ts';
import type { Environment } from './config/environment.ts';
import { type LimitValues, limitSettings, limitVariables } from './config/limits.ts';
import { misspeltNames } from './config/misspelt-names.ts';
import { type PipelineValues, pipelineSettings, pipelineVariables } from './config/pipeline.ts';
import { type ProcessValues, processSettings, processVariables } from './config/process.ts';
import { type ProviderValues, providerSettings, providerVariables } from './config/providers.ts';
import { type SecretValues, secretSettings, secretVariables } from './config/secrets.ts';
import { singleProgramVariables } from './config/single-programs.ts';

export type { Environment } from './config/environment.ts';
export type { ProviderEnvironment } from './config/provider-urls.ts';
export type { EncryptionKey } from './config/secrets.ts';

/** Everything a process may be told. Values are frozen, names carry their unit. */
export type Config = ReturnType<typeof settings>;

/** Every setting of the processes by subject, each described in its schema: `docs/settings.md` is written from them. */
export const settingsBySubject = (env: Environment): Readonly<Record<string, Joi.PartialSchemaMap>> => ({
  Processes: processVariables(env),
  Secrets: secretVariables(),
  Providers: providerVariables(env),
  'Rate limits and proxies': limitVariables(),
  'Buying, paying and waiting': pipelineVariables(env),
  'Buying in a browser': browserVariables(),
});

const variables = (env: Environment): Joi.PartialSchemaMap =>
  Object.assign({}, ...Object.values(settingsBySubject(env)));

/** Every environment variable that means something to us. */
export const knownVariables = (): string[] => [...Object.keys(variables({})), ...Object.keys(singleProgramVariables())];

type Values = ProcessValues & SecretValues & ProviderValues & PipelineValues & LimitValues & BrowserValues;

const settings = (values: Values) => ({
  ...processSettings(values),
  ...secretSettings(values),
  ...providerSettings(values),
  ...pipelineSettings(values),
  ...browserSettings(values),
  ...limitSettings(values),
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
 * Reads the environment once, at the top of a `main.ts`. An empty variable counts as one that is not set, because
 * compose files and shells pass those on. @throws ConfigError with every mistake at once
 */
export function readConfig(env: Environment = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const schema = Joi.object<Values>(variables(given)).unknown().prefs({ abortEarly: false });
  const { value, error } = schema.validate(given, { errors: { wrap: { label: false } } });
  const mistakes = [...(error?.details.map(({ message }) => message) ?? []), ...misspeltNames(given, knownVariables())];
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return freezeDeep(settings(value as Values));
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
