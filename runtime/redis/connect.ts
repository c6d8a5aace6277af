import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress } from '../config/redis.ts';

export type RedisConnection = Redis | Cluster;

/** How patient the connection is; a server, a primary that changes and a cluster are told of it in words of their own. */
type Patience = {
  /**
   * Whether commands wait for the connection; otherwise they fail at once while it is away. With a `commandTimeout` they
   * do not wait for a cluster.
   */
  readonly waits: boolean;
  /** How often a command is tried anew on a new connection; null: for as long as it takes. */
  readonly retries: number | null;
  /** Opened by `connect()`, and not by the first command. */
  readonly lazy?: boolean;
  /** One attempt: a connection that is away stays away, and `connect()` says so. */
  readonly once?: boolean;
  readonly connectTimeout?: number;
  readonly commandTimeout?: number;
};

/** A primary that was replaced may answer once more, before it knows. The command goes to the new one. */
const onReplica = (error: Error): 2 | false => (error.message.startsWith('READONLY') ? 2 : false);

/**
 * A cluster does not tell when a node hangs: its other nodes are asked who serves what, so often. Each worker has a
 * connection of its own that asks, so that asking every few seconds would take 1 % of a core.
 */
const slotsRefreshMs = 30_000;

/** A new connection, of which nobody is told that it broke: whoever sends a command is. */
export function connectRedis(address: RedisAddress, patience: Patience): RedisConnection {
  const redis = connect(address, patience);
  redis.on('error', () => undefined);
  return redis;
}

function connect(address: RedisAddress, patience: Patience): RedisConnection {
  const { waits, retries, lazy = false, once = false, connectTimeout, commandTimeout } = patience;
  const ofConnection: RedisOptions = {
    maxRetriesPerRequest: retries,
    ...(connectTimeout === undefined ? {} : { connectTimeout }),
    ...(commandTimeout === undefined ? {} : { commandTimeout }),
  };
  const ofServer: RedisOptions = {
    ...ofConnection,
    enableOfflineQueue: waits,
    lazyConnect: lazy,
    ...(once ? { retryStrategy: null } : {}),
  };
  switch (address.kind) {
    case 'server':
      return new Redis(address.url, ofServer);
    case 'sentinel':
      return new Redis({
        ...ofServer,
        ...logInOf(address),
        sentinels: address.sentinels.map(node => ({ ...node })),
        name: address.name,
        ...(address.sentinelPassword === undefined ? {} : { sentinelPassword: address.sentinelPassword }),
        ...(address.tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
        ...(once ? { sentinelRetryStrategy: () => null } : {}),
        reconnectOnError: onReplica,
        // A primary that hangs keeps its connections: the sentinels tell of the new one.
        failoverDetector: true,
      });
    case 'cluster':
      return new Cluster(
        address.nodes.map(node => ({ ...node })),
        {
          redisOptions: { ...ofConnection, ...logInOf(address) },
          // The limit of a command counts from when a node has it: until the cluster is there, a command would wait without one.
          enableOfflineQueue: waits && commandTimeout === undefined,
          lazyConnect: lazy,
          slotsRefreshInterval: slotsRefreshMs,
          ...(once ? { clusterRetryStrategy: () => null } : {}),
          // A certificate is for a name: it must not be looked up before the connection.
          ...(address.tls ? { dnsLookup: (name, found) => found(null, name) } : {}),
        },
      );
  }
}

const logInOf = ({ username, password, tls }: Exclude<RedisAddress, { kind: 'server' }>): RedisOptions => ({
  ...(username === undefined ? {} : { username }),
  ...(password === undefined ? {} : { password }),
  ...(tls ? { tls: {} } : {}),
});
