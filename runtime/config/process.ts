import Joi from 'joi';
import type { Environment } from './environment.ts';
import { type RedisValues, redisSettings, redisVariables } from './redis.ts';

/** Where the processes listen, what they are attached to, and how long they may take to stop. */
export const processVariables = (env: Environment) => ({
  NODE_ENV: Joi.string()
    .valid('development', 'test', 'production')
    .default('development')
    .description('`production` generates no secret, wants https, and refuses any provider address but the real ones.'),
  LOG_LEVEL: Joi.string()
    .valid('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent')
    .default('info')
    .description('The least important lines that are still logged.'),
  HOST: Joi.string()
    .hostname()
    .default('127.0.0.1')
    .description('The address that the api and the dashboard listen on; `0.0.0.0` in a container.'),
  PORT: Joi.number().port().default(3000).description('The port of the api.'),
  DASHBOARD_PORT: Joi.number().port().default(3001).description('The port of the dashboard.'),
  SANDBOX_PORT: Joi.number().port().default(3002).description('The port of the sandbox.'),
  // Buyers and webhooks come in here: in production plain http would show a checkout token to whoever listens.
  PUBLIC_URL: (env.NODE_ENV === 'production'
    ? Joi.string().uri({ scheme: 'https' }).required()
    : Joi.string().uri({ scheme: ['http', 'https'] })
  ).description(
    'The api as buyers and providers reach it: in production over https. Left out in development, it is ' +
      '`http://127.0.0.1:PORT`.',
  ),
  DATABASE_URL: Joi.string()
    .uri({ scheme: ['postgres', 'postgresql'] })
    .required()
    .description(
      'The PostgreSQL database, as the role of the processes, which reads and writes rows and owns nothing: ' +
        '`npm run migrate` makes it. Outside production, `npm start` starts a database of its own when it is left out.',
    ),
  DATABASE_DIRECT_URL: Joi.string()
    .uri({ scheme: ['postgres', 'postgresql'] })
    .description(
      'Postgres itself, as the same role, where `DATABASE_URL` leads through PgBouncer. `npm run migrate` and `npm run ' +
        'rotate-keys` take this way. Left out, they take `DATABASE_URL`.',
    ),
  DATABASE_NAMED_STATEMENTS: Joi.string()
    .valid('on', 'off')
    .default('on')
    .description(
      '`off` behind a PgBouncer that does not track named statements (before 1.21, or `max_prepared_statements = 0`): ' +
        'Postgres then parses every statement anew.',
    ),
  ...redisVariables(),
  METRICS_TOKEN: Joi.string()
    .min(16)
    .max(256)
    .description('The bearer token of `GET /metrics`, for Prometheus. Left out, there is no such route.'),
  SHUTDOWN_DEADLINE_MS: Joi.number()
    .integer()
    .min(0)
    .max(600_000)
    .default(15_000)
    .unit('ms')
    .description('How long a process that is told to stop may finish the work in hand.'),
});

export type ProcessValues = RedisValues & {
  NODE_ENV: 'development' | 'test' | 'production';
  LOG_LEVEL: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  HOST: string;
  PORT: number;
  DASHBOARD_PORT: number;
  SANDBOX_PORT: number;
  PUBLIC_URL?: string;
  DATABASE_URL: string;
  DATABASE_DIRECT_URL?: string;
  DATABASE_NAMED_STATEMENTS: 'on' | 'off';
  METRICS_TOKEN?: string;
  SHUTDOWN_DEADLINE_MS: number;
};

export const processSettings = (values: ProcessValues) => ({
  nodeEnv: values.NODE_ENV,
  logLevel: values.LOG_LEVEL,
  host: values.HOST,
  port: values.PORT,
  dashboardPort: values.DASHBOARD_PORT,
  sandboxPort: values.SANDBOX_PORT,
  publicUrl: (values.PUBLIC_URL ?? `http://127.0.0.1:${values.PORT}`).replace(/\/+$/, ''),
  databaseUrl: values.DATABASE_URL,
  /** For `migrate` and `rotate-keys`, which need a session of their own or take long. */
  directDatabaseUrl: values.DATABASE_DIRECT_URL ?? values.DATABASE_URL,
  namedStatements: values.DATABASE_NAMED_STATEMENTS === 'on',
  ...redisSettings(values),
  ...(values.METRICS_TOKEN === undefined ? {} : { metricsToken: values.METRICS_TOKEN }),
  shutdownDeadlineMs: values.SHUTDOWN_DEADLINE_MS,
});
