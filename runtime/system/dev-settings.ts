import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../config/environment.ts';
import { type UrlVariable, usesSimulator } from '../config/provider-urls.ts';

type Settings = Readonly<Record<string, string>>;

const random = (bytes = 24) => randomBytes(bytes).toString('base64url');
/** MercadoLibre's application ids are numbers, and its notifications carry them as such. */
const randomNumber = () => String(randomInt(10 ** 9, 10 ** 12));

/** Made once per data folder. None of them exists anywhere else, so a fresh checkout has no default password. */
const ownSecrets: Readonly<Record<string, () => string>> = {
  JWT_SECRET: () => random(48),
  ENCRYPTION_KEY: () => `dev:${randomBytes(32).toString('base64')}`,
  ADMIN_EMAIL: () => 'admin@localhost',
  ADMIN_PASSWORD: () => random(15),
  ADMIN_PAYOUT_EMAIL: () => 'platform@example.com',
};

/** Credentials that only our own sandbox checks. */
const simulatorSecrets: Readonly<Record<string, readonly [UrlVariable, readonly string[]]>> = {
  paypal: ['PAYPAL_BASE_URL', ['PAYPAL_CLIENT_ID', 'PAYPAL_CLIENT_SECRET', 'PAYPAL_WEBHOOK_ID']],
  ebay: ['EBAY_BASE_URL', ['EBAY_CLIENT_ID', 'EBAY_CLIENT_SECRET', 'EBAY_RU_NAME', 'EBAY_VERIFICATION_TOKEN']],
  mercadolibre: ['MERCADOLIBRE_BASE_URL', ['MERCADOLIBRE_CLIENT_ID', 'MERCADOLIBRE_CLIENT_SECRET']],
  aliexpress: ['ALIEXPRESS_BASE_URL', ['ALIEXPRESS_APP_KEY', 'ALIEXPRESS_APP_SECRET', 'ALIEXPRESS_WEBHOOK_SEGMENT']],
  payoneer: [
    'PAYONEER_BASE_URL',
    ['PAYONEER_CLIENT_ID', 'PAYONEER_CLIENT_SECRET', 'PAYONEER_PROGRAM_ID', 'PAYONEER_WEBHOOK_SECRET'],
  ],
};

/**
 * What a development system needs and the environment does not give. Generated values are kept in
 * `secrets.json` of the data folder, for its owner only: without them the stored credentials could not be opened again.
 * In production nothing is generated: what is missing there is a mistake for `readConfig` to report.
 */
export function devSettings(dataFolder: string, env: Environment): Settings {
  if (env.NODE_ENV === 'production') return {};
  const file = join(dataFolder, 'secrets.json');
  const kept: Settings = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const needed = Object.entries(generators(env)).filter(([name]) => !env[name]);
  const settings = Object.fromEntries(needed.map(([name, generate]) => [name, kept[name] ?? generate()]));
  if (needed.some(([name]) => kept[name] === undefined)) keep(dataFolder, file, { ...kept, ...settings });
  return settings;
}

const generators = (env: Environment) => ({ ...ownSecrets, ...simulatorGenerators(env) });

/** What is generated in development when the environment does not give it. */
export const generatedSettings = (env: Environment): readonly string[] => Object.keys(generators(env));

const simulatorGenerators = (env: Environment): Record<string, () => string> =>
  Object.fromEntries(
    Object.values(simulatorSecrets)
      .filter(([variable]) => usesSimulator(variable, env))
      .flatMap(([, names]) =>
        names.map(name => [name, name === 'MERCADOLIBRE_CLIENT_ID' ? randomNumber : () => random()]),
      ),
  );

function keep(folder: string, file: string, secrets: Settings): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file); // whole or not at all: half a file would lose the encryption key
}
