import { randomUUID } from 'node:crypto';
import type { Queue } from 'bullmq';
import { expect } from 'chai';
import { queueNames } from '../../../queues/catalogue.ts';
import { type Backend, openBackend } from '../../../queues/engine/backend.ts';
import { openProducer } from '../../../queues/engine/producer.ts';
import { fulfillQueue } from '../../../queues/fulfill.ts';
import { createTransact } from '../../../queues/transact.ts';
import { insertOrder, openTestStore, rowsOf } from '../../store/fixtures.ts';
import { backendNames } from '../../support/backends.ts';
import { itWith } from '../../support/needs.ts';
import { until } from '../../support/until.ts';
import { noteWarnings, openBench } from '../bench.ts';
import { startOwnRedis } from '../own-redis.ts';

const newJob = () => fulfillQueue.jobFor({ id: randomUUID(), stateEntry: 1, wake: 0 });

/** Queues that refuse what the test wants refused. */
function refusingBackend(refuses: (jobId: string) => boolean) {
  const added: string[] = [];
  const queue = {
    on: () => queue,
    add: async (_name: string, _payload: unknown, { jobId }: { jobId: string }) => {
      if (refuses(jobId)) throw new Error('the queue is gone');
      added.push(jobId);
    },
    addBulk: async (entries: readonly { opts: { jobId: string } }[]) => {
      if (entries.some(({ opts }) => refuses(opts.jobId))) throw new Error('the queue is gone');
      added.push(...entries.map(({ opts }) => opts.jobId));
    },
    close: async () => undefined,
  };
  const backend: Backend = {
    openQueue: () => queue as unknown as Queue,
    openWorker: () => {
      throw new Error('no worker is wanted here');
    },
    setBack: async () => undefined,
    close: async () => undefined,
  };
  return { backend, added };
}

describe('a producer', () => {
  it('adds the jobs that it can, and tells of each that it cannot', async () => {
    const jobs = [newJob(), newJob(), newJob()];
    const { backend, added } = refusingBackend(id => id === jobs[1]!.id);
    const { log, warnings } = noteWarnings();
    await openProducer(backend, log).addAll(jobs);
    expect(added).to.deep.equal([jobs[0]!.id, jobs[2]!.id]);
    expect(warnings.map(({ text }) => text)).to.deep.equal([
      'jobs not added together',
      'job not added; the sweep will add it',
    ]);
    expect(warnings[1]?.fields).to.include({ job: jobs[1]!.id });
  });

  it('tells of a job for a queue that does not exist', async () => {
    const { backend } = refusingBackend(() => false);
    const { log, warnings } = noteWarnings();
    await openProducer(backend, log).addAll([{ queue: 'polish', id: 'polish-1', payload: {} }]);
    expect(String(warnings[0]?.fields.err)).to.contain('there is no queue polish');
  });

  it('does not make a committed transaction fail: what was not added is found by the sweep', async () => {
    await using db = await openTestStore(2);
    const { backend } = refusingBackend(() => true);
    const { log, warnings } = noteWarnings();
    const transact = createTransact(db.store, openProducer(backend, log));
    const order = await transact(async (em, enqueue) => {
      const placed = await insertOrder(em);
      enqueue(fulfillQueue.jobFor(placed));
      return placed;
    });
    expect(await rowsOf(db.store, 'select id from orders')).to.deep.equal([{ id: order.id }]);
    expect(warnings).to.have.length(1);
  });

  for (const backend of backendNames)
    itWith(backend === 'Redis' ? 'Redis' : undefined, `adds many jobs on ${backend} as it adds one`, async () => {
      await using bench = await openBench(backend);
      const [alone, ...together] = [newJob(), newJob(), newJob()];
      await bench.producer.addAll([alone!]);
      await bench.producer.addAll(together);
      const shapeOf = async ({ id }: { id: string }) => {
        const queue = bench.producer.queues.get('fulfill')!;
        const { name, data, opts, priority, delay } = (await queue.getJob(id))!;
        const { jobId, ...options } = opts;
        return {
          name,
          keys: Object.keys(data),
          options,
          own: jobId === id,
          priority,
          delay,
          state: await queue.getJobState(id),
        };
      };
      const shape = await shapeOf(alone!);
      expect(shape).to.include({ own: true, state: 'waiting' });
      expect(shape.options).to.include({ attempts: 5 });
      for (const job of together) expect(await shapeOf(job)).to.deep.equal(shape);
    });

  it('opens every queue of the catalogue and closes what it opened', async () => {
    await using bench = await openBench('Postgres');
    expect([...bench.producer.queues.keys()]).to.deep.equal([...queueNames]);
  });
});

describe('a producer on Redis', () => {
  const open = async (url: string) => {
    const { log, warnings } = noteWarnings();
    const backend = await openBackend({ databaseUrl: 'unused', redis: { kind: 'server', url }, workers: 0, log });
    const producer = openProducer(backend, log);
    const refusals = () => warnings.filter(({ text }) => text === 'job not added; the sweep will add it');
    return {
      producer,
      refusals,
      [Symbol.asyncDispose]: async () => {
        await producer.close();
        await backend.close();
      },
    };
  };
  const asked = (answer: Promise<boolean>) => answer.then(String, () => 'nobody can tell');

  itWith('Redis', 'that is stopped gives up soon and reports, and goes on when Redis is back, empty', async () => {
    await using redis = await startOwnRedis();
    await using opened = await open(redis.url);
    const { producer, refusals } = opened;
    const [before, during, after] = [newJob(), newJob(), newJob()];
    await producer.addAll([before]);
    expect(await producer.isLive(before, new Date())).to.equal(true);
    await redis.stop();
    await producer.addAll([during]);
    expect(refusals().map(({ fields }) => fields.job)).to.deep.equal([during.id]);
    expect(await asked(producer.isLive(before, new Date()))).to.equal('nobody can tell');
    await redis.startAgain();
    await until(() => producer.isLive(before, new Date()).then(() => true), { describe: 'the producer’s connection' });
    await producer.addAll([after]);
    expect(refusals()).to.have.length(1);
    // What was reported as not added is not added behind our back either.
    const live = await Promise.all([before, during, after].map(job => producer.isLive(job, new Date())));
    expect(live).to.deep.equal([false, false, true]);
  });

  itWith('Redis', 'that is frozen does not hang: neither adding a job nor asking after one', async () => {
    await using redis = await startOwnRedis();
    await using opened = await open(redis.url);
    const { producer, refusals } = opened;
    const [before, during] = [newJob(), newJob()];
    await producer.addAll([before]);
    redis.freeze();
    try {
      const [, live] = await Promise.all([producer.addAll([during]), asked(producer.isLive(before, new Date()))]);
      expect(live).to.equal('nobody can tell');
      expect(refusals().map(({ fields }) => fields.job)).to.deep.equal([during.id]);
    } finally {
      redis.thaw();
    }
    await until(() => producer.isLive(before, new Date()), { describe: 'an answer' });
  });
});
