/** Covers: runtime/system/supervisor.ts, queues/sweep.ts. */
import { expect } from 'chai';
import type { Ending } from '../../demo/scenario.ts';
import type { System } from '../../runtime/system/supervisor.ts';
import { newDataFolder, openTheatre } from '../demo/theatre.ts';
import { newRedisUrl } from '../support/backends.ts';
import { freePort } from '../support/free-port.ts';
import { itWith } from '../support/needs.ts';
import { expectOnce, inTheMiddle, makeWork, payByHand } from './work.ts';

/** All of ours: the outside world, killed with them, would forget a sale that it has just made. */
const killAll = ({ processes }: System): Promise<unknown> =>
  Promise.all(processes.filter(({ name }) => name !== 'sandbox').map(({ kill }) => kill('SIGKILL')));

type Way = { how: string; end(system: System): Promise<unknown>; inPeace: boolean; redis: boolean };
const ways: readonly Way[] = [
  { how: 'is stopped', end: system => system.stop(), inPeace: true, redis: false },
  { how: 'is killed, every process at once', end: killAll, inPeace: false, redis: false },
  { how: 'is killed, and its Redis comes back empty', end: killAll, inPeace: false, redis: true },
];

describe('a system that ends in the middle of its work and starts again', function () {
  this.timeout(150_000);

  for (const { how, end, inPeace, redis } of ways)
    itWith(redis ? 'Redis' : undefined, `loses nothing and does nothing twice when it ${how}`, async () => {
      const dataFolder = newDataFolder();
      const ports = { api: await freePort(), sandbox: await freePort() };
      const start = (options: { removeData?: boolean } = {}) =>
        openTheatre({
          dataFolder,
          ports,
          processes: ['sandbox', 'api', 'workers'],
          env: { REDIS_URL: redis ? newRedisUrl() : undefined },
          ...options,
        });

      let endings: Ending[];
      {
        await using before = await start();
        endings = await makeWork(before);
        await inTheMiddle(before);
        await end(before.system);
        if (inPeace) expect(before.errors()).to.deep.equal([]);
      }
      await using after = await start({ removeData: true });
      await payByHand(after, endings.at(-1));
      for (const ending of endings) await after.ended(ending);
      await expectOnce(after, endings);
      expect(after.errors()).to.deep.equal([]);
    });
});
