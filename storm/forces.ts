import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../demo/http.ts';
import type { SupervisedProcess } from '../runtime/system/supervised-process.ts';
import type { Operator } from './operator.ts';
import type { Program, Strike, Target, WrongClock } from './schedule.ts';
import type { StormSystem } from './system.ts';

/** Counts what the storm has really done so far. */
export type Tally = {
  readonly kills: Record<Target, number>;
  freezes: number;
  flushes: number;
  clocks: number;
  /** Calls for which a fault was set; those that were never hit are subtracted at the end. */
  faults: number;
  /** Calls for which a reshaped answer was set, counted in the same way. */
  shapes: number;
  retries: number;
};

export type Forces = {
  readonly tally: Tally;
  /** Carries out one strike. Never throws: one that is impossible now (no process to kill) is logged and skipped. */
  strike(strike: Strike): Promise<void>;
  /** Removes all faults that are still set, and waits until every process is up. */
  calm(): Promise<void>;
};

const startedAgainMs = 30_000;
const calmWeather = { webhookDelayMs: 0, webhookDuplicates: 0, webhookShuffle: false, payoutSettleMs: 200 };

export function createForces(options: {
  stormed: StormSystem;
  operator: Operator;
  sandbox: Call;
  tell: (text: string) => void;
}): Forces {
  const { stormed, operator, sandbox, tell } = options;
  const { programs, servers } = stormed;
  const tally: Tally = {
    kills: { api: 0, workers: 0, 'workers-2': 0, dashboard: 0, postgres: 0, redis: 0 },
    freezes: 0,
    flushes: 0,
    clocks: 0,
    faults: 0,
    shapes: 0,
    retries: 0,
  };
  /** Strikes at the same victim wait for each other: a server cannot be killed while it starts. */
  const busy = new Map<string, Promise<void>>();
  const inTurn = (victim: string, work: () => Promise<void>): Promise<void> => {
    const turn = (busy.get(victim) ?? Promise.resolve()).then(work, work);
    busy.set(victim, turn);
    return turn;
  };

  const kill = async (target: Target) => {
    if (target === 'postgres' || target === 'redis') await servers[target]?.killAndStart();
    else await killProgram(programs[target]);
    tally.kills[target] += 1;
  };

  const freeze = async (target: Program, forMs: number) => {
    const { pid } = programs[target];
    if (pid === undefined) return;
    process.kill(pid, 'SIGSTOP');
    tally.freezes += 1;
    await sleep(forMs);
    if (programs[target].pid === pid) process.kill(pid, 'SIGCONT');
  };

  const jump = async (whose: WrongClock, aheadMs: number, forMs: number) => {
    await stormed.clocks.set(whose, aheadMs);
    tally.clocks += 1;
    await sleep(forMs);
    await stormed.clocks.set(whose, 0);
  };

  const carryOut = async (strike: Strike): Promise<void> => {
    switch (strike.kind) {
      case 'kill':
        return inTurn(strike.target, () => kill(strike.target));
      case 'freeze':
        return freeze(strike.target, strike.forMs);
      case 'clock':
        return inTurn(`the clock of ${strike.whose}`, () => jump(strike.whose, strike.aheadMs, strike.forMs));
      case 'flush':
        await stormed.flush();
        tally.flushes += 1;
        return;
      case 'fault':
        await sandbox('POST', '/faults', strike.fault);
        tally.faults += strike.fault.times;
        return;
      case 'shape':
        await sandbox('POST', '/faults', strike.shape);
        tally.shapes += strike.shape.times;
        return;
      case 'retry':
        if (await operator.retry(strike.queue, strike.state, strike.which)) tally.retries += 1;
        return;
      case 'weather':
        await sandbox('POST', '/settings', strike.settings);
    }
  };

  return {
    tally,
    async strike({ atMs, ...blow }) {
      tell(`strikes: ${JSON.stringify(blow)}`);
      await carryOut({ atMs, ...blow }).catch((error: unknown) => tell(`missed: ${JSON.stringify(blow)}: ${error}`));
    },
    async calm() {
      const { faults } = (await sandbox('GET', '/faults')) as { faults: { kind: string; times: number }[] };
      for (const { kind, times } of faults) tally[kind === 'reshape' ? 'shapes' : 'faults'] -= times;
      await sandbox('DELETE', '/faults');
      await sandbox('POST', '/settings', calmWeather);
      await Promise.all(busy.values());
      await Promise.all(Object.values(programs).map(program => program.whenReady()));
      tell('it is calm');
    },
  };
}

/** Kills a program; waits first for one that was just killed to start again, so that every kill hits a process. */
async function killProgram(program: SupervisedProcess): Promise<void> {
  for (const late = Date.now() + startedAgainMs; program.pid === undefined; await sleep(25))
    if (Date.now() > late) throw new Error(`${program.name} has not been started again`);
  await program.kill('SIGKILL');
}
