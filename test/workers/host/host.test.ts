import { expect } from 'chai';
import { NotNow, Retryable, Terminal, Uncertain } from '../../../domain/call-outcome.ts';
import { backendNames, describeOn } from '../../support/backends.ts';
import { until } from '../../support/until.ts';
import { openServedQueue, type Processor, type ServedQueue } from './served-queue.ts';

/** Fails so often, then answers. */
function failing(times: number, error: () => Error): Processor & { calls: number } {
  const processor = Object.assign(
    async () => {
      processor.calls += 1;
      if (processor.calls <= times) throw error();
      return 'done at last';
    },
    { calls: 0 },
  );
  return processor;
}

const retryable = () => new Retryable('PAYPAL_UNREACHABLE', 'nobody there');

for (const backend of backendNames)
  describeOn(backend, `the host on ${backend}`, function () {
    this.timeout(30_000);
    let served: ServedQueue;
    beforeEach(async () => {
      served = await openServedQueue(backend);
    });
    afterEach(() => served?.[Symbol.asyncDispose]());

    const jobLines = () => served.lines.filter(({ text }) => text === 'job');
    const outcomes = () => jobLines().map(({ fields }) => fields.outcome);

    it('runs the processor with its payload, keeps what it answers, and writes one line', async () => {
      const orderId = '00000000-0000-4000-8000-000000000001';
      const seen: unknown[] = [];
      await served.serve(async (payload, { signal }) => {
        seen.push(payload, signal.aborted);
        return 'PURCHASING: 17.00 USD reserved';
      });
      const id = await served.add({ orderId });
      const job = await served.become(id, 'completed');
      expect(job.returnvalue).to.equal('PURCHASING: 17.00 USD reserved');
      expect(seen).to.deep.equal([{ orderId }, false]);
      expect(jobLines().map(({ level }) => level)).to.deep.equal(['info']);
      expect(jobLines()[0]?.fields).to.include({ queue: 'fulfill', jobId: id, orderId, attempt: 1, outcome: 'done' });
    });

    it('backs off from what may come right, and succeeds', async () => {
      const processor = failing(2, retryable);
      await served.serve(processor);
      const job = await served.become(await served.add(), 'completed');
      expect(job.returnvalue).to.equal('done at last');
      expect(outcomes()).to.deep.equal(['back off', 'back off', 'done']);
      expect(jobLines()[0]).to.include({ level: 'warn' });
      expect(jobLines()[0]?.fields).to.include({ code: 'PAYPAL_UNREACHABLE', attempt: 1 });
    });

    it('gives up after the tries of its contract: the sweep makes the job anew', async () => {
      const processor = failing(99, retryable);
      await served.serve(processor);
      const job = await served.become(await served.add(), 'failed');
      expect(processor.calls).to.equal(3);
      expect(job.failedReason).to.include('PAYPAL_UNREACHABLE');
    });

    it('waits as long as the provider asked', async () => {
      await served.serve(failing(1, () => new Retryable('ALIEXPRESS_RATE_LIMITED', 'ban', { retryAfterMs: 40_000 })));
      const job = await served.become(await served.add(), 'delayed');
      expect(job.delay).to.equal(40_000);
    });

    it('holds a job whose provider does not answer until then, and uses up none of its tries', async () => {
      const held = () => new NotNow('ALIEXPRESS_CIRCUIT_OPEN', 'away', { retryAfterMs: 40_000 });
      await served.serve(failing(4, held), { attempts: 2 });
      const id = await served.add();
      for (let times = 0; times < 4; times += 1) {
        const job = await served.become(id, 'delayed');
        expect(job.delay).to.be.within(39_000, 40_000);
        expect(job.attemptsMade).to.equal(0);
        await job.promote();
      }
      await served.become(id, 'completed');
      expect(outcomes()).to.deep.equal(['held', 'held', 'held', 'held', 'done']);
      expect(jobLines()[0]?.level).to.equal('info');
    });

    it('backs off from what nobody knows', async () => {
      await served.serve(failing(1, () => new Uncertain('MERCADOLIBRE_NO_ANSWER', 'lost')));
      await served.become(await served.add(), 'completed');
      expect(outcomes()).to.deep.equal(['back off', 'done']);
    });

    it('does not try again what is certainly refused', async () => {
      const processor = failing(99, () => new Terminal('PAYPAL_NOT_AUTHORIZED', 'no'));
      await served.serve(processor);
      const job = await served.become(await served.add(), 'failed');
      expect(processor.calls).to.equal(1);
      expect(job.failedReason).to.equal('PAYPAL_NOT_AUTHORIZED: no');
      expect(outcomes()).to.deep.equal(['refused']);
    });

    for (const payload of [{}, { orderId: 'x' }, { orderId: 7 }, { legId: '00000000-0000-4000-8000-000000000001' }])
      it(`refuses the payload ${JSON.stringify(payload)} before any processor sees it`, async () => {
        const processor = failing(0, retryable);
        await served.serve(processor);
        const job = await served.become(await served.add(payload), 'failed');
        expect(processor.calls).to.equal(0);
        expect(job.failedReason).to.match(/^the payload does not fit fulfill: /);
        expect(outcomes()).to.deep.equal(['refused']);
      });

    it('tries again after a bug of ours, and tells it as one', async () => {
      await served.serve(failing(1, () => new TypeError('undefined is not a function')));
      await served.become(await served.add(), 'completed');
      expect(outcomes()).to.deep.equal(['bug', 'done']);
      expect(jobLines()[0]).to.include({ level: 'error' });
    });

    it('aborts the signal at the deadline of its contract', async () => {
      const untilAborted: Processor = async (_payload, { signal }) => {
        await new Promise(resolve => signal.addEventListener('abort', resolve));
        return `stopped by ${signal.reason.name}`;
      };
      await served.serve(untilAborted, { deadlineMs: 50 });
      const job = await served.become(await served.add(), 'completed');
      expect(job.returnvalue).to.equal('stopped by TimeoutError');
    });

    it('waits for the job that runs before it is closed, and gives up nothing', async () => {
      const gate = Promise.withResolvers<void>();
      const performed: string[] = [];
      const perform: Processor = async ({ orderId }, { signal }) => {
        await gate.promise;
        performed.push(orderId);
        return signal.aborted ? 'cut off' : 'finished in peace';
      };
      const host = await served.serve(perform);
      const running = await served.add();
      await served.become(running, 'active');
      let closed = false;
      const closing = host.close().then(() => {
        closed = true;
      });
      const later = await served.add();
      expect(closed).to.equal(false);
      gate.resolve();
      await closing;
      expect((await served.job(running)).returnvalue).to.equal('finished in peace');
      // A fetch that was under way may still have brought it; then it was waited for as well.
      expect(await served.queue.getJobState(later)).to.be.oneOf(['waiting', 'completed']);

      await served.serve(perform);
      expect((await served.become(later, 'completed')).returnvalue).to.equal('finished in peace');
      expect(performed).to.have.length(2);
    });

    it('tells a job to stop that runs for longer than there is time to end', async () => {
      const host = await served.serve(
        (_payload, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(new Retryable('STOPPED', 'by the shutdown')));
          }),
        {},
        { shutdownDeadlineMs: 100 },
      );
      const running = await served.add();
      await served.become(running, 'active');
      await host.close();
      expect(await served.queue.getJobState(running)).to.be.oneOf(['waiting', 'delayed']);
    });

    it('aborts the signal of a job whose lock somebody else has', async () => {
      const gate = Promise.withResolvers<string>();
      await served.serve((_payload, { signal }) => {
        signal.addEventListener('abort', () => gate.resolve('stopped before the next call'));
        return gate.promise;
      });
      const id = await served.add();
      await served.become(id, 'active');
      await served.takeLock(id);
      expect(await gate.promise).to.equal('stopped before the next call');
      await until(() => served.lines.some(({ text }) => text?.startsWith('lock lost')), { describe: 'a warning' });
    });

    it('gives each job to one of several hosts', async () => {
      const taken: string[] = [];
      const take: Processor = async ({ orderId }) => {
        taken.push(orderId);
        return 'taken';
      };
      await served.serve(take);
      await served.serve(take);
      const ids = await Promise.all(Array.from({ length: 40 }, () => served.add()));
      await Promise.all(ids.map(id => served.become(id, 'completed')));
      expect(taken).to.have.length(40);
      expect(new Set(taken).size).to.equal(40);
    });
  });
