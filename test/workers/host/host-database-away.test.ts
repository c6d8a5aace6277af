/** Covers: workers/host/host.ts. */
import { expect } from 'chai';
import { backOffMs } from '../../../queues/engine/back-off.ts';
import { openBackend } from '../../../queues/engine/backend.ts';
import { fulfillQueue } from '../../../queues/fulfill.ts';
import { openStore, type Store } from '../../../store/database/open.ts';
import { isDatabaseAway } from '../../../store/database/unavailable.ts';
import type { Surroundings } from '../../../workers/context/context.ts';
import { startHost } from '../../../workers/host/host.ts';
import { processors } from '../../../workers/processors.ts';
import { type Cable, layCable } from '../../api/cable.ts';
import type { BackendName } from '../../support/backends.ts';
import { itWith } from '../../support/needs.ts';
import { leakedSince, type OpenResources, openResources } from '../../support/open-resources.ts';
import { until } from '../../support/until.ts';
import { openServedQueue, type ServedQueue } from './served-queue.ts';

/** BullMQ pauses 100 ms after a connection that failed; a little less, for timers are not exact. */
const pauseMs = 80;
/** So often somebody looks in vain: time enough for a worker that does not wait to try thousands of times. */
const looks = 60;

describe('a worker whose database is away', function () {
  this.timeout(90_000);
  let served: ServedQueue;
  let cable: Cable;
  let store: Store;
  const open = async (backend: BackendName) => {
    served = await openServedQueue(backend, {});
    cable = await layCable(served.databaseUrl);
    store = await openStore(cable.url, 2);
  };
  afterEach(async () => {
    await store?.close();
    await cable?.[Symbol.asyncDispose]();
    await served?.[Symbol.asyncDispose]();
  });

  // BullMQ leaves the timer of a wait that broke; it ends by itself.
  let openBefore: OpenResources;
  before(async () => {
    openBefore = await openResources();
  });
  after(() => leakedSince(openBefore, 20_000));

  const askStore = () => store.read(em => em.execute('select 1'));
  const awayForAWhile = async () => {
    let away = 0;
    await until(
      async () => {
        away += isDatabaseAway(await askStore().catch(error => error)) ? 1 : 0;
        return away === looks;
      },
      { deadlineMs: 60_000, everyMs: 50, describe: () => `${looks} looks, there were ${away}` },
    );
  };

  itWith(
    'Redis',
    'tries a job as often as its queue’s back-off allows and no more, and ends it when it is back',
    async () => {
      await open('Redis');
      await served.serve(async () => {
        await askStore();
        return 'the database is back';
      });
      await cable.cut();
      const since = Date.now();
      const id = await served.add();
      await awayForAWhile();
      const tries = served.lines.filter(({ text }) => text === 'job').length;
      const waits = Array.from({ length: Math.max(0, tries - 1) }, (_, index) => backOffMs(fulfillQueue, index + 1));
      expect(tries).to.be.greaterThan(0);
      expect(waits.reduce((sum, ms) => sum + ms, 0)).to.be.at.most(Date.now() - since);
      await cable.mend();
      expect((await served.become(id, 'completed')).returnvalue).to.equal('the database is back');
    },
  );

  it('asks for jobs with pauses where the queue lies there too, and goes on when it is back', async () => {
    await open('Postgres');
    await using ofWorker = await layCable(served.databaseUrl);
    const quiet = () => undefined;
    const log = { info: quiet, warn: quiet, error: quiet } as unknown as Surroundings['log'];
    const surroundings = { log, config: { shutdownDeadlineMs: 15_000 } } as Surroundings;
    const backend = await openBackend({ databaseUrl: ofWorker.url, workers: 1, log });
    const host = startHost(backend, ['fulfill'], surroundings, {
      processors: { ...processors, fulfill: async () => 'the database is back' },
    });
    try {
      await served.become(await served.add(), 'completed');
      const since = Date.now();
      ofWorker.slam(true);
      await cable.cut();
      await awayForAWhile();
      await cable.mend();
      expect(ofWorker.slam(false)).to.be.within(1, 10 + (Date.now() - since) / pauseMs);
      const id = await served.add();
      await until(async () => (await served.queue.getJobState(id)) === 'completed', { deadlineMs: 30_000 });
    } finally {
      await host.close();
      await backend.close();
    }
  });
});
