import type { Environment } from '../config/environment.ts';
import { variablesOf } from '../config.ts';
import { machineEnvironment } from './machine-environment.ts';
import type { ProcessName } from './system-plan.ts';

/** What a supervisor starts: the processes of the system, and the programs that prepare it. */
export type Program = ProcessName | 'migrate' | 'user';

const without = (names: readonly string[], ...left: readonly string[]): readonly string[] =>
  names.filter(name => !left.includes(name));

const ofDatabase = ['NODE_ENV', 'LOG_LEVEL', 'PUBLIC_URL', 'DATABASE_URL', 'DATABASE_NAMED_STATEMENTS'];
/** The simulated providers know one client each, by the keys that the product uses there. */
const ofSimulatedClients = [
  ...['PAYPAL_CLIENT_ID', 'PAYPAL_CLIENT_SECRET', 'PAYPAL_WEBHOOK_ID'],
  ...['EBAY_CLIENT_ID', 'EBAY_CLIENT_SECRET', 'EBAY_RU_NAME', 'EBAY_VERIFICATION_TOKEN'],
  ...['MERCADOLIBRE_CLIENT_ID', 'MERCADOLIBRE_CLIENT_SECRET', 'ALIEXPRESS_APP_KEY', 'ALIEXPRESS_APP_SECRET'],
  ...['PAYONEER_CLIENT_ID', 'PAYONEER_CLIENT_SECRET', 'PAYONEER_PROGRAM_ID'],
];
const ofSandbox = ['SANDBOX_HOST', 'SANDBOX_PORT', 'SANDBOX_URL', 'SANDBOX_STATE_FILE', 'SANDBOX_CA_FILE', 'API_URL'];

/** Which of our settings each program is given. The docker-compose.yml says the same of its containers. */
const settingsOf: Readonly<Record<Program, readonly string[]>> = {
  sandbox: [...ofSandbox, ...ofSimulatedClients, 'PUBLIC_URL'],
  api: without(variablesOf.api(), 'DATABASE_DIRECT_URL', 'ALIEXPRESS_USER', 'ALIEXPRESS_PASS'),
  workers: without(variablesOf.workers(), 'DATABASE_DIRECT_URL', 'METRICS_TOKEN'),
  dashboard: without(variablesOf.dashboard(), 'DATABASE_DIRECT_URL', 'METRICS_TOKEN'),
  migrate: [...ofDatabase, 'DATABASE_DIRECT_URL', 'MIGRATION_DATABASE_URL'],
  user: [...ofDatabase, 'ADMIN_EMAIL', 'ADMIN_PASSWORD'],
};

/** Node's own settings, such as a company's certificates, are for all of our programs. */
const isOfNode = (name: string): boolean => name.startsWith('NODE_');

/** The whole environment of a program: of what the starter was given, only what the program needs. */
export function environmentOf(program: Program, env: Environment): Record<string, string> {
  const given = settingsOf[program];
  const own = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && (given.includes(name) || isOfNode(name)) ? [[name, value]] : [],
  );
  return { ...machineEnvironment(env), ...Object.fromEntries(own) };
}
