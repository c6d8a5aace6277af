/** Covers: workers/host/provider-backpressure.ts, providers/gate/gate.ts. */
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { Gate } from '../../../providers/gate/gate.ts';
import { queueNames } from '../../../queues/catalogue.ts';
import { openBackend } from '../../../queues/engine/backend.ts';
import { openProducer, type Producer } from '../../../queues/engine/producer.ts';
import { createTransact } from '../../../queues/transact.ts';
import { Order } from '../../../store/entities/order.ts';
import { troubleBoard } from '../../../store/operations/provider-troubles.ts';
import type { Surroundings } from '../../../workers/context/context.ts';
import { openProviders } from '../../../workers/context/providers.ts';
import { startHost } from '../../../workers/host/host.ts';
import { startSweeper } from '../../../workers/host/sweeper.ts';
import { backendNames, describeOn, onRedis, redisUrlOn } from '../../support/backends.ts';
import { collectLines, type Line, openTestGate } from '../../support/gates.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { timelineLines } from '../../support/timeline-lines.ts';
import { until } from '../../support/until.ts';
import { rows } from '../workbench.ts';

const plenty = 1_000_000;
const aliexpress = ['product-get', 'freight-query', 'order-create', 'order-get', 'tracking-get'];

/** An hour's outage is as many tries as in life, only sooner. */
const soon = { firstOpenMs: 10, longestOpenMs: 80, lookEveryMs: 10 };
/** So many times an hour's outage is tried in vain: after 5, 10, 20, 40, 80, 160 and then every 300 seconds. */
const triesInAnHour = 16;

type Works = AsyncDisposable & { producer: Producer; gate: Gate };

for (const backend of backendNames)
  describeOn(backend, `while a provider does not answer, on ${backend}`, function () {
    this.timeout(90_000);
    let stage: Stage;
    let works: Works | undefined;
    let lines: Line[];
    let redisUrl: string | undefined;

    beforeEach(async () => {
      redisUrl = redisUrlOn(backend);
      stage = await createStage({ TRACKING_POLL_MS: '3600000', PAYOUT_POLL_MS: '200' });
      lines = [];
    });
    afterEach(async () => {
      await works?.[Symbol.asyncDispose]();
      works = undefined;
      await stage?.[Symbol.asyncDispose]();
    });

    /** Everything that a workers' process opens, with a gate whose time is short. */
    async function openWorks(): Promise<Works> {
      await using opened = new AsyncDisposableStack();
      const log = { ...collectLines(lines), error: () => undefined } as unknown as Surroundings['log'];
      const where = { databaseUrl: stage.databaseUrl, ...onRedis(redisUrl) };
      const prefix = randomBytes(4).toString('hex');
      const backend = await openBackend({ ...where, workers: queueNames.length, log, prefix });
      opened.defer(() => backend.close());
      const producer = openProducer(backend, log);
      opened.defer(() => producer.close());
      const gate = openTestGate({ board: troubleBoard(stage.store), lines, rules: soon });
      opened.defer(() => gate.close());
      const { signal: _, ...surroundings } = stage.context;
      const transact = createTransact(stage.store, producer);
      const providers = openProviders(stage.config, gate);
      const host = startHost(backend, queueNames, { ...surroundings, transact, providers, gate, log });
      opened.defer(() => host.close());
      const sweeper = startSweeper({ store: stage.store, producer, stallAfterMs: 60_000, intervalMs: 100, log });
      opened.defer(() => sweeper.close());
      const resources = opened.move();
      return { producer, gate, [Symbol.asyncDispose]: () => resources.disposeAsync() };
    }

    async function paidOrders(sellers: readonly Seller[], count: number): Promise<void> {
      const goods = await Promise.all(sellers.map(seller => stage.stockUp(seller)));
      for (let index = 0; index < count; index += 1) {
        const thing = goods[index % goods.length];
        if (thing) await stage.paidOrder(thing);
      }
    }
    const startWork = async (): Promise<Works> => {
      works = await openWorks();
      await works.producer.addAll(stage.jobs.splice(0));
      return works;
    };
    const breakDown = async (match?: string) => {
      for (const operation of aliexpress) {
        const fault = { provider: 'aliexpress', operation, kind: 'status', status: 503, times: plenty };
        await stage.control('faults', { ...fault, ...(match ? { match } : {}) });
      }
    };
    const requests = async (): Promise<number> => {
      const { faults } = await stage.control<{ faults: { times: number }[] }>('faults');
      return faults.reduce((sum, { times }) => sum + plenty - times, 0);
    };
    const repair = () => fetch(`${stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });
    const attempts = async (): Promise<number> => {
      const [row] = await rows<{ attempt: number }>(
        stage,
        `select max(attempt) as attempt from provider_troubles where why = 'OUTAGE'`,
      );
      return row?.attempt ?? 0;
    };
    const statuses = async (): Promise<string[]> =>
      (await stage.store.read(em => em.find(Order, {}))).map(({ status }) => status);
    const isBought = (status: string) => ['PURCHASED', 'SHIPPED', 'DELIVERED'].includes(status);
    const allBought = (count: number) =>
      until(async () => (await statuses()).filter(isBought).length === count, {
        deadlineMs: 60_000,
        describe: async () => `all of ${await statuses()} to be bought`,
      });
    const failedTries = async () => (await timelineLines(stage, { kind: 'tried' })).map(({ note }) => ({ note }));
    const failedJobs = async ({ producer }: Pick<Works, 'producer'>): Promise<number> => {
      const counts = await Promise.all([...producer.queues.values()].map(queue => queue.getFailedCount()));
      return counts.reduce((sum, count) => sum + count, 0);
    };

    it('an outage of an hour stops the queue and no order: all are bought once afterwards', async () => {
      const sellers = [await stage.hireSeller(), await stage.hireSeller()];
      await paidOrders(sellers, 20);
      await breakDown();
      const { gate, producer } = await startWork();
      await until(async () => (await attempts()) >= triesInAnHour, { deadlineMs: 60_000 });
      expect(gate.state('aliexpress')).not.to.equal('up');
      expect(new Set(await statuses())).to.deep.equal(new Set(['PURCHASING']));
      expect(
        lines.some(({ text, fields }) => fields.queue === 'purchase' && text?.startsWith('takes no jobs')),
      ).to.equal(true);
      const purchases = producer.queues.get('purchase');
      const jobs = (await purchases?.getJobs(['waiting', 'delayed', 'active'])) ?? [];
      expect(jobs, 'each order keeps its one job').to.have.length(20);
      for (const { attemptsMade } of jobs) expect(attemptsMade).to.be.at.most(1);
      expect(await requests(), 'five failures, then one call per try').to.be.at.most(5 + (await attempts()) + 1);
      expect((await failedTries()).length, 'nobody was told of tries that were none').to.be.at.most(4);

      await repair();
      await allBought(20);
      const bought = await stage.effects('supplier-order');
      expect(bought).to.have.length(20);
      expect(new Set(bought.map(({ key }) => key)).size).to.equal(20);
      expect(await failedJobs({ producer })).to.equal(0);
      expect((await failedTries()).length).to.be.at.most(4);
      await until(async () => (await attempts()) === 0, { describe: 'the trouble to be withdrawn' });
      expect(gate.state('aliexpress')).to.equal('up');
    });

    it("one account's outage keeps nobody else's orders waiting", async () => {
      const [ill, well] = [await stage.hireSeller(), await stage.hireSeller()];
      await paidOrders([ill, well], 12);
      await breakDown(await accessTokenOf(ill));
      const { gate } = await startWork();
      await until(async () => (await statuses()).filter(isBought).length === 6, { deadlineMs: 60_000 });
      await until(async () => (await attempts()) >= 3, { deadlineMs: 60_000 });
      expect(gate.state('aliexpress')).to.equal('up');
      expect(lines.some(({ text }) => text?.startsWith('takes no jobs'))).to.equal(false);
      expect((await statuses()).filter(status => status === 'PURCHASING')).to.have.length(6);
      await repair();
      await allBought(12);
      expect(await stage.effects('supplier-order')).to.have.length(12);
    });

    async function accessTokenOf(seller: Seller): Promise<string> {
      const [row] = await rows<{ id: string; sealed: string }>(
        stage,
        'select id, sealed from api_credentials where id = ?',
        [seller.aliexpress],
      );
      const secrets = stage.context.box.open(row?.sealed ?? '', `api_credentials/${row?.id}`);
      return (JSON.parse(secrets) as { accessToken: string }).accessToken;
    }
  });
