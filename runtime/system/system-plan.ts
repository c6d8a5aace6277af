import { join } from 'node:path';
import { simulatesAny, usesSimulator } from '../config/provider-urls.ts';
import type { Config, Environment } from '../config.ts';
import { freePort } from './free-port.ts';
import type { Role } from './started-processes.ts';

export type ProcessName = 'sandbox' | 'api' | 'workers' | 'dashboard';
/** Those with a port. */
type Listener = Exclude<ProcessName, 'workers'>;
export type SystemPorts = { readonly [Name in Listener]?: number };
export type Urls = { readonly api: string; readonly dashboard: string; readonly sandbox?: string };
export type PlannedProcess = {
  name: ProcessName;
  command: readonly string[];
  role: Role;
  healthUrl?: string;
  port?: { readonly number: number; readonly variable: string };
};

export const processNames: readonly ProcessName[] = ['sandbox', 'api', 'workers', 'dashboard'];

const standardPorts: Record<Listener, readonly [string, number]> = {
  api: ['PORT', 3000],
  dashboard: ['DASHBOARD_PORT', 3001],
  sandbox: ['SANDBOX_PORT', 3002],
};

/** A program that starts a system is stopped within five seconds, with all that it has started. */
const stopMsMax = 1_800;

/** The environment of all processes but for secrets and the database: who listens where, and where the sandbox keeps what. */
export async function systemEnv(
  given: Environment,
  dataFolder: string,
  ports: SystemPorts = {},
): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) if (value) env[name] = value;
  for (const [listener, [variable, standard]] of Object.entries(standardPorts)) {
    const port = ports[listener as Listener] ?? Number(env[variable] ?? standard);
    env[variable] = String(port === 0 ? await freePort() : port);
  }
  const stopMs = env.SHUTDOWN_DEADLINE_MS;
  if (stopMs === undefined || Number(stopMs) > stopMsMax) env.SHUTDOWN_DEADLINE_MS = String(stopMsMax);
  if (!simulatesAny(env)) return env;
  env.API_URL ??= `http://127.0.0.1:${env.PORT}`; // where the sandbox sends its webhooks
  env.SANDBOX_STATE_FILE ??= join(dataFolder, 'sandbox.json');
  env.SANDBOX_CA_FILE ??= join(dataFolder, 'sandbox-ca.pem');
  if (usesSimulator('PAYPAL_BASE_URL', env)) env.PAYPAL_WEBHOOK_CA ??= env.SANDBOX_CA_FILE;
  return env;
}

/** Which of the wanted processes these settings call for, and how each says that it is ready. */
export function processPlan(env: Environment, config: Config, wanted: readonly ProcessName[]) {
  const host = config.host === '0.0.0.0' ? '127.0.0.1' : config.host;
  const sandbox = simulatesAny(env) ? `http://127.0.0.1:${config.sandboxPort}` : undefined;
  const urls: Urls = {
    api: `http://${host}:${config.port}`,
    dashboard: `http://${host}:${config.dashboardPort}`,
    ...(sandbox ? { sandbox } : {}),
  };
  const healthUrls: Record<ProcessName, string | undefined> = {
    sandbox: `${sandbox}/_control/health`,
    api: `${urls.api}/health`,
    workers: undefined,
    dashboard: `${urls.dashboard}/health`,
  };
  const plan = processNames
    .filter(name => wanted.includes(name) && (name !== 'sandbox' || sandbox))
    .map((name): PlannedProcess => {
      const healthUrl = healthUrls[name];
      const process = { name, command: [`${name}/main.ts`], role: name === 'sandbox' ? 'server' : 'program' } as const;
      return healthUrl ? { ...process, healthUrl, port: portOf(name, env) } : process;
    });
  return { plan, urls };
}

function portOf(name: ProcessName, env: Environment): { number: number; variable: string } {
  const [variable, standard] = standardPorts[name as Listener];
  return { number: Number(env[variable] ?? standard), variable };
}
