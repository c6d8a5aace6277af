import { cpuTimeOf, cpuTimeOfFamily, memoryOf, memoryOfFamily } from './cpu-time.ts';
import { readRedis } from './redis.ts';
import type { RoadSystem } from './road-system.ts';
import { addCounts, beginCounting, noStatements, type StatementCounts } from './statement-counts.ts';
import { databaseNow, type Turn } from './timeline.ts';

const processes = ['workers', 'inline', 'postgres', 'redis', 'sandbox'] as const;
type ProcessName = (typeof processes)[number];
export type PerProcess = Readonly<Record<ProcessName, number>>;

/** What one side has used over all of its turns. */
export type SideTotals = {
  orders: string[];
  settled: number;
  seconds: number;
  /** Orders per second in each turn. */
  readonly turns: number[];
  readonly counts: StatementCounts;
  redisCommands: number;
  readonly cpuMs: Record<ProcessName, number>;
};

export const openSide = (): SideTotals => ({
  orders: [],
  settled: 0,
  seconds: 0,
  turns: [],
  counts: noStatements(),
  redisCommands: 0,
  cpuMs: { workers: 0, inline: 0, postgres: 0, redis: 0, sandbox: 0 },
});

/** Runs one turn, and adds what everything around it has used meanwhile. */
export async function measureTurn(
  { system, redisUrl }: { system: RoadSystem; redisUrl: string | undefined },
  side: SideTotals,
  orders: readonly string[],
  run: (turn: Turn) => Promise<{ settled: number; seconds: number }>,
): Promise<void> {
  const { client } = system.postgres;
  const [redisBefore, cpuBefore] = [await readRedis(redisUrl), await cpuOf(system, redisUrl)];
  const since = await databaseNow(client);
  await beginCounting(client);
  const { settled, seconds } = await run({ orders, since });
  await addCounts(client, side.counts);
  const [cpu, redis] = [await cpuOf(system, redisUrl), await readRedis(redisUrl)];
  for (const name of processes) side.cpuMs[name] += cpu[name] - cpuBefore[name];
  side.redisCommands += redis.commands - redisBefore.commands;
  side.orders.push(...orders);
  side.settled += settled;
  side.seconds += seconds;
  side.turns.push(settled / seconds);
}

async function cpuOf(
  { workers, inline, postgres, sandbox }: RoadSystem,
  redisUrl: string | undefined,
): Promise<PerProcess> {
  const { pid } = await readRedis(redisUrl);
  return {
    workers: cpuTimeOf(workers?.pid),
    inline: cpuTimeOf(inline.pid),
    postgres: cpuTimeOfFamily(postgres.pid),
    redis: pid === undefined ? 0 : cpuTimeOf(pid),
    sandbox: cpuTimeOf(sandbox.pid),
  };
}

/** MB that each process has in memory now. */
export async function memoryNow(
  { workers, inline, postgres, sandbox }: RoadSystem,
  redisUrl: string | undefined,
): Promise<PerProcess> {
  const { pid } = await readRedis(redisUrl);
  return {
    workers: memoryOf(workers?.pid),
    inline: memoryOf(inline.pid),
    postgres: memoryOfFamily(postgres.pid),
    redis: pid === undefined ? 0 : memoryOf(pid),
    sandbox: memoryOf(sandbox.pid),
  };
}
