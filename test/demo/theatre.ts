import { Writable } from 'node:stream';
import type { Ending } from '../../demo/scenario.ts';
import { shortened } from '../../demo/settings.ts';
import { allOrders, hasEnded, orderOf } from '../../demo/sight.ts';
import { type Stage, setStage } from '../../demo/stage.ts';
import { temporaryFolder } from '../../runtime/system/started-processes.ts';
import { type System, type SystemOptions, startSystem } from '../../runtime/system/supervisor.ts';
import { openStore, type Store } from '../../store/database/open.ts';
import { until } from '../support/until.ts';

export type Theatre = AsyncDisposable & {
  readonly system: System;
  readonly store: Store;
  readonly stage: Stage;
  /** What the processes have told as errors: bugs of ours, and processes that crashed. */
  errors(): string[];
  /** Waits until an order has ended as it should. */
  ended(ending: Ending): Promise<void>;
};

/** The system as the demo runs it: processes of their own, played with over HTTP. */
export async function openTheatre(options: SystemOptions): Promise<Theatre> {
  await using opened = new AsyncDisposableStack();
  const lines: string[] = [];
  const log = new Writable({
    write(chunk, _encoding, done) {
      lines.push(...String(chunk).split('\n').filter(Boolean));
      done();
    },
  });
  const system = opened.use(
    await startSystem({
      log,
      ports: { api: 0, dashboard: 0, sandbox: 0 },
      ...options,
      env: { ...shortened, DATABASE_URL: undefined, REDIS_URL: undefined, ...options.env },
    }),
  );
  const store = await openStore(system.databaseUrl, 4, system.config.encryptionKeys);
  opened.defer(() => store.close());
  const stage = await setStage(system, store);
  const resources = opened.move();
  const errors = () => lines.filter(line => /"level":(50|60)|starting it again|^\S+ +\| Error/.test(line));

  return {
    system,
    store,
    stage,
    errors,
    async ended(ending) {
      await until(async () => hasEnded(await orderOf(store, ending.order), ending), {
        deadlineMs: 45_000,
        everyMs: 100,
        describe: async () =>
          `${JSON.stringify(ending)} among ${JSON.stringify(await allOrders(store))}\n${errors().join('\n')}`,
      });
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

export const newDataFolder = (): string => temporaryFolder('theatre');
