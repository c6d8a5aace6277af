import type { Queue } from 'bullmq';
import { expect } from 'chai';
import { queueFigures } from '../../../dashboard/board/queue-figures.ts';
import { queueNames } from '../../../queues/catalogue.ts';
import { fulfillQueue } from '../../../queues/fulfill.ts';
import { backendNames, describeOn, redisUrlOn } from '../../support/backends.ts';
import { until } from '../../support/until.ts';
import { openWorld, operator, type visitor, type World } from '../world.ts';

for (const backend of backendNames) {
  describeOn(backend, `the board on ${backend}`, () => {
    let world: World;
    let admin: ReturnType<typeof visitor>;
    let queue: Queue;
    before(async () => {
      world = await openWorld(redisUrlOn(backend));
      admin = await operator(world);
      queue = world.producer.queues.get('fulfill')!;
    });
    after(() => world?.close());

    /** A job that has used up all its tries. */
    async function failedJob() {
      const id = await world.addOrder();
      const job = fulfillQueue.jobFor({ id, stateEntry: 2, wake: 0 });
      await queue.add(job.queue, job.payload, { jobId: job.id, attempts: 1 });
      const taken = await world.take('fulfill', () => Promise.reject(new Error('the supplier is away')));
      await until(async () => (await queue.getJobState(job.id)) === 'failed', { describe: 'a failed job' });
      await taken.close();
      return { id, job, path: `/queues/api/queues/fulfill/${job.id}` };
    }

    it('shows every queue with what it does, and where the order of a job is', async () => {
      const job = fulfillQueue.jobFor({ id: await world.addOrder(), stateEntry: 2, wake: 0 });
      await world.producer.addAll([job]);
      const { body } = await admin.get('/queues/api/queues?activeQueue=fulfill&status=waiting&page=1').expect(200);
      expect(body.queues.map(({ name }: { name: string }) => name)).to.have.members([...queueNames]);
      const shown = body.queues.find(({ name }: { name: string }) => name === 'fulfill');
      expect(shown.description).to.equal(fulfillQueue.description);
      expect(shown.jobs[0].externalUrl).to.deep.equal({ displayText: 'Order', href: `/orders/${job.payload.orderId}` });
      const schema = await admin.get('/queues/api/queues/fulfill/job-data-schema').expect(200);
      expect(schema.text).to.include('orderId');
    });

    it('has its figures on the overview: how many wait, and since when the oldest', async () => {
      await queue.obliterate({ force: true });
      for (const timestamp of [1_000, 2_000, 3_000]) {
        const job = fulfillQueue.jobFor({ id: await world.addOrder(), stateEntry: 2, wake: 0 });
        await queue.add(job.queue, job.payload, { jobId: job.id, timestamp });
      }
      const { figures } = (await queueFigures(world.producer)).find(({ name }) => name === 'fulfill')!;
      expect(figures).to.deep.include({ waiting: 3, failed: 0, paused: false, oldestWaiting: new Date(1_000) });
      await queue.obliterate({ force: true });
    });

    it('asks no other host for anything', async () => {
      const answer = await admin.get('/queues').expect(200);
      expect(answer.text).not.to.match(/https?:\/\//);
      expect(answer.headers['content-security-policy'])
        .to.include("default-src 'self'")
        .and.not.include("script-src 'unsafe");
    });

    it('denies what would change more than when a job runs, and writes it down', async () => {
      const { path, job } = await failedJob();
      const before = await queue.getJob(job.id);
      const denied = [
        admin.post('/queues/api/queues/fulfill/add').send({ name: 'fulfill', data: { orderId: 'x' }, options: {} }),
        admin.patch(`${path}/update-data`).send({ jobData: { orderId: 'x' } }),
        admin.patch(`${path}/delay`).send({ delay: 1 }),
        admin.patch(`${path}/priority`).send({ priority: 1 }),
        admin.put(`${path}/clean`),
        admin.put(`${path}/remove-unprocessed-children`),
        admin.put('/queues/api/queues/fulfill/empty'),
        admin.put('/queues/api/queues/fulfill/obliterate').send({ force: true }),
        admin.put('/queues/api/queues/fulfill/clean/failed'),
        admin.put('/queues/api/queues/fulfill/retry/completed'),
        admin.put('/queues/api/queues/fulfill/concurrency').send({ concurrency: 1 }),
        admin.put('/queues/api/queues/fulfill/rate-limit').send({ max: 1, duration: 1 }),
        admin.put('/queues/api/queues/fulfill/rate-limit/release'),
        admin.put('/queues/api/queues/fulfill/job-schedulers/x/run'),
        admin.put('/queues/api/queues/fulfill/job-schedulers/x/remove'),
        admin.patch('/queues/api/queues/fulfill/job-schedulers/x').send({ every: 1_000 }),
      ];
      for (const answer of denied) expect((await answer).status).to.equal(403);
      expect((await queue.getJob(job.id))?.data).to.deep.equal(before?.data);
      expect(await queue.getFailedCount()).to.equal(1);
      const audit = (await world.audit()).slice(0, denied.length);
      for (const line of audit)
        expect(line).to.include({ operator: 'admin@example.com', outcome: 'denied: not offered here' });
      expect(audit.at(-1)?.action).to.equal('POST /queues/api/queues/:queueName/add');
      expect(audit.at(-2)?.target).to.deep.equal({ queueName: 'fulfill', jobId: job.id });
    });

    it('runs a failed job again, with all its tries, and writes it down', async () => {
      const { path, job } = await failedJob();
      await admin.put(`${path}/retry`).expect(204);
      expect(await queue.getJobState(job.id)).to.equal('waiting');
      expect((await queue.getJob(job.id))?.attemptsMade).to.equal(0);
      const [line] = await world.audit();
      expect(line).to.deep.include({
        action: 'retry job',
        target: { queue: 'fulfill', job: job.id },
        outcome: 'done: failed job runs again',
      });
      await admin.put(`${path}/retry`).expect(409);
      expect((await world.audit())[0]?.outcome).to.equal('failed: A job that is waiting needs no retry.');
      await admin.put('/queues/api/queues/fulfill/fulfill-gone/retry').expect(404);
      await admin.put('/queues/api/queues/nowhere/1/retry').expect(404);
    });

    it('does not run a job sooner that is not put off', async () => {
      const { path, job } = await failedJob();
      await admin.put(`${path}/promote`).expect(409);
      expect((await world.audit())[0]?.outcome).to.equal('failed: The job is in another state now. Look again.');
      expect(await queue.getJobState(job.id)).to.equal('failed');
    });

    it('runs all failed jobs of a queue again', async () => {
      await queue.obliterate({ force: true });
      await failedJob();
      await failedJob();
      const { body } = await admin.put('/queues/api/queues/fulfill/retry/failed').expect(200);
      expect(body).to.deep.equal({ retried: 2, skipped: 0 });
      expect(await queue.getFailedCount()).to.equal(0);
      expect((await world.audit())[0]?.outcome).to.equal('done: 2 jobs run again, 0 left');
    });

    it('pauses and resumes, and has delayed jobs run now', async () => {
      await admin.put('/queues/api/queues/fulfill/pause').expect(200);
      expect(await queue.isPaused()).to.equal(true);
      await admin.put('/queues/api/queues/fulfill/resume').expect(200);
      expect(await queue.isPaused()).to.equal(false);
      await admin.put('/queues/api/queues/pause').expect(200);
      await admin.put('/queues/api/queues/resume').expect(200);
      expect(await queue.isPaused()).to.equal(false);
      const job = fulfillQueue.jobFor({ id: await world.addOrder(), stateEntry: 2, wake: 0 });
      await queue.add(job.queue, job.payload, { jobId: job.id, delay: 60_000 });
      await admin.put(`/queues/api/queues/fulfill/${job.id}/promote`).expect(204);
      expect(await queue.getJobState(job.id)).to.equal('waiting');
      const actions = (await world.audit()).slice(0, 5).map(({ action }) => action);
      expect(actions).to.deep.equal([
        'promote job',
        'resume all queues',
        'pause all queues',
        'resume queue',
        'pause queue',
      ]);
    });
  });
}
