import Joi from 'joi';
import type { Environment } from './environment.ts';

/** Where the processes listen, what they are attached to, and how long they may take to stop. */
export const processVariables = (env: Environment) => ({
  NODE_ENV: Joi.string().valid('development', 'test', 'production').default('development'),
  LOG_LEVEL: Joi.string().valid('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'),
  HOST: Joi.string().hostname().default('127.0.0.1'),
  PORT: Joi.number().port().default(3000),
  DASHBOARD_PORT: Joi.number().port().default(3001),
  SANDBOX_PORT: Joi.number().port().default(3002),
  // Buyers and webhooks come in here: in production plain http would show a checkout token to whoever listens.
  PUBLIC_URL:
    env.NODE_ENV === 'production'
      ? Joi.string().uri({ scheme: 'https' }).required()
      : Joi.string().uri({ scheme: ['http', 'https'] }),
  DATABASE_URL: Joi.string()
    .uri({ scheme: ['postgres', 'postgresql'] })
    .required(),
  REDIS_URL: Joi.string().uri({ scheme: ['redis', 'rediss'] }),
  METRICS_TOKEN: Joi.string().min(16).max(256),
  SHUTDOWN_DEADLINE_MS: Joi.number().integer().min(0).max(600_000).default(15_000),
});

export type ProcessValues = {
  NODE_ENV: 'development' | 'test' | 'production';
  LOG_LEVEL: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  HOST: string;
  PORT: number;
  DASHBOARD_PORT: number;
  SANDBOX_PORT: number;
  PUBLIC_URL?: string;
  DATABASE_URL: string;
  REDIS_URL?: string;
  METRICS_TOKEN?: string;
  SHUTDOWN_DEADLINE_MS: number;
};

export const processSettings = (values: ProcessValues) => ({
  nodeEnv: values.NODE_ENV,
  logLevel: values.LOG_LEVEL,
  /** The address to listen on; `0.0.0.0` in a container. */
  host: values.HOST,
  port: values.PORT,
  dashboardPort: values.DASHBOARD_PORT,
  sandboxPort: values.SANDBOX_PORT,
  /** The api as the outside world reaches it, without a slash at the end. */
  publicUrl: (values.PUBLIC_URL ?? `http://127.0.0.1:${values.PORT}`).replace(/\/+$/, ''),
  databaseUrl: values.DATABASE_URL,
  /** When set, the queues live in this Redis; otherwise in the database. */
  ...(values.REDIS_URL === undefined ? {} : { redisUrl: values.REDIS_URL }),
  /** Who may read GET /metrics; nobody when it is not set. */
  ...(values.METRICS_TOKEN === undefined ? {} : { metricsToken: values.METRICS_TOKEN }),
  shutdownDeadlineMs: values.SHUTDOWN_DEADLINE_MS,
});
