import Joi from 'joi';
import type { Environment } from './environment.ts';

type RedisNode = { readonly host: string; readonly port: number };

/** How we log in, where no address says so. */
type LogIn = { readonly username?: string; readonly password?: string; readonly tls: boolean };

/** The Redis that holds the queues: one server, a primary that Sentinel names, or a cluster. */
export type RedisAddress =
  | { readonly kind: 'server'; readonly url: string }
  | ({
      readonly kind: 'sentinel';
      readonly sentinels: readonly RedisNode[];
      readonly name: string;
      readonly sentinelPassword?: string;
    } & LogIn)
  | ({ readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] } & LogIn);

const nodePattern = /^(?:\[(?<bracketed>[0-9a-f:.]+)\]|(?<plain>[a-z0-9_.-]+)):(?<port>\d{1,5})$/i;

/** `a.example.com:6379,[fd00::1]:6379` */
function parseNodes(text: string): RedisNode[] {
  return text.split(',').map(entry => {
    const { bracketed, plain, port } = nodePattern.exec(entry.trim())?.groups ?? {};
    const host = bracketed ?? plain;
    if (!host || Number(port) < 1 || Number(port) > 65_535) throw new Error('must be host:port, separated by commas');
    return { host, port: Number(port) };
  });
}

const nodes = () => Joi.string().custom(parseNodes).messages({ 'any.custom': '{#label} {#error.message}' });

export const redisVariables = () => ({
  REDIS_URL: Joi.string()
    .uri({ scheme: ['redis', 'rediss'] })
    .description(
      'The Redis or Valkey that holds the queues (`noeviction`, AOF on). Without it, and without `REDIS_SENTINELS` and ' +
        '`REDIS_CLUSTER_NODES`, the queues are in the database.',
    ),
  REDIS_SENTINELS: nodes().description(
    'Instead of `REDIS_URL`: the sentinels that say which Redis is the primary, `host:port` separated by commas.',
  ),
  REDIS_SENTINEL_NAME: Joi.string()
    .max(256)
    .description('The name under which these sentinels watch the primary (`sentinel monitor NAME …`).'),
  REDIS_SENTINEL_PASSWORD: Joi.string()
    .max(1_024)
    .description('The password of the sentinels themselves. Left out, none.'),
  REDIS_CLUSTER_NODES: nodes().description(
    'Instead of `REDIS_URL`: some nodes of the Redis Cluster that holds the queues, `host:port` separated by commas. The ' +
      'others are learnt from them.',
  ),
  REDIS_USERNAME: Joi.string()
    .max(256)
    .description(
      'The user at the Redis that the sentinels name, and at the cluster. Left out, the default one. `REDIS_URL` ' +
        'contains its own.',
    ),
  REDIS_PASSWORD: Joi.string().max(1_024).description('The password of that user. `REDIS_URL` contains its own.'),
  REDIS_TLS: Joi.boolean().description(
    'Whether the sentinels and the Redis that they name, or the cluster, are reached over TLS. Left out, they are not. For ' +
      '`REDIS_URL` its scheme says so.',
  ),
});

export type RedisValues = {
  REDIS_URL?: string;
  REDIS_SENTINELS?: readonly RedisNode[];
  REDIS_SENTINEL_NAME?: string;
  REDIS_SENTINEL_PASSWORD?: string;
  REDIS_CLUSTER_NODES?: readonly RedisNode[];
  REDIS_USERNAME?: string;
  REDIS_PASSWORD?: string;
  REDIS_TLS?: boolean;
};

const places = ['REDIS_URL', 'REDIS_SENTINELS', 'REDIS_CLUSTER_NODES'] as const;
const ofSentinel = ['REDIS_SENTINEL_NAME', 'REDIS_SENTINEL_PASSWORD'] as const;
const ofLogIn = ['REDIS_USERNAME', 'REDIS_PASSWORD', 'REDIS_TLS'] as const;

/** The code of all of them. */
export const contradictionCode = 'REDIS_CONTRADICTION';
const contradiction = (text: string): string => `${contradictionCode}: ${text}`;

/** Settings that say two things about where the queues are, or the half of one. */
export function redisContradictions(env: Environment): string[] {
  const isSet = (name: string): boolean => env[name] !== undefined;
  const named = places.filter(isSet);
  const needless = [
    ...(isSet('REDIS_SENTINELS') ? [] : ofSentinel.map(name => [name, 'REDIS_SENTINELS'] as const)),
    ...(isSet('REDIS_SENTINELS') || isSet('REDIS_CLUSTER_NODES')
      ? []
      : ofLogIn.map(name => [name, 'REDIS_SENTINELS or REDIS_CLUSTER_NODES'] as const)),
  ];
  return [
    ...(named.length > 1
      ? [contradiction(`${named.join(' and ')} name two places for the queues: keep one of them`)]
      : []),
    ...(isSet('REDIS_SENTINELS') && !isSet('REDIS_SENTINEL_NAME')
      ? [contradiction('REDIS_SENTINELS is set, and REDIS_SENTINEL_NAME is not: the sentinels watch by that name')]
      : []),
    ...needless
      .filter(([name]) => isSet(name))
      .map(([name, beside]) => contradiction(`${name} is set, and ${beside} is not: it means nothing alone`)),
  ];
}

/** @param values without contradictions */
function redisAddress(values: RedisValues): RedisAddress | undefined {
  const { REDIS_URL, REDIS_SENTINELS, REDIS_SENTINEL_NAME, REDIS_CLUSTER_NODES } = values;
  const { REDIS_USERNAME, REDIS_PASSWORD, REDIS_SENTINEL_PASSWORD, REDIS_TLS = false } = values;
  const logIn = {
    ...(REDIS_USERNAME === undefined ? {} : { username: REDIS_USERNAME }),
    ...(REDIS_PASSWORD === undefined ? {} : { password: REDIS_PASSWORD }),
    tls: REDIS_TLS,
  };
  if (REDIS_URL !== undefined) return { kind: 'server', url: REDIS_URL };
  if (REDIS_CLUSTER_NODES !== undefined) return { kind: 'cluster', nodes: REDIS_CLUSTER_NODES, ...logIn };
  if (REDIS_SENTINELS === undefined || REDIS_SENTINEL_NAME === undefined) return undefined;
  return {
    kind: 'sentinel',
    sentinels: REDIS_SENTINELS,
    name: REDIS_SENTINEL_NAME,
    ...(REDIS_SENTINEL_PASSWORD === undefined ? {} : { sentinelPassword: REDIS_SENTINEL_PASSWORD }),
    ...logIn,
  };
}

/** `redis` is there where the queues are in Redis. */
export const redisSettings = (values: RedisValues): { readonly redis?: RedisAddress } => {
  const redis = redisAddress(values);
  return redis ? { redis } : {};
};
