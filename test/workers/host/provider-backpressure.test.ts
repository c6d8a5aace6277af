import { expect } from 'chai';
import type { Provider, ProviderState } from '../../../domain/provider.ts';
import type { Gate } from '../../../providers/gate/gate.ts';
import { catalogue } from '../../../queues/catalogue.ts';
import { backendNames, describeOn } from '../../support/backends.ts';
import { until } from '../../support/until.ts';
import { openServedQueue, type ServedQueue } from './served-queue.ts';

/** A gate that says what it is told to say. */
function puppetGate() {
  let said: ProviderState = 'up';
  let changed = (): void => undefined;
  const gate: Pick<Gate, 'state' | 'watch'> = {
    state: (provider: Provider) => (provider === 'aliexpress' ? said : 'up'),
    watch: watcher => {
      changed = watcher;
      return () => undefined;
    },
  };
  return {
    gate: gate as Gate,
    say(state: ProviderState) {
      said = state;
      changed();
    },
  };
}

describe('what a queue needs', () => {
  for (const [name, needs] of [
    ['capture-payment', ['paypal']],
    ['refund', ['paypal']],
    ['purchase', ['aliexpress']], // and its own sale channel, which is another for each order
    ['track-shipment', ['aliexpress']],
    ['payout', []], // PayPal or Payoneer
    ['import-order', []], // eBay or MercadoLibre
    ['create-sale', []],
  ] as const)
    it(`is what every one of its jobs calls: ${name} ${needs.join(' and ') || 'nobody in particular'}`, () => {
      expect(catalogue[name].needs).to.deep.equal(needs);
    });
});

for (const backend of backendNames)
  describeOn(backend, `a queue whose provider does not answer, on ${backend}`, function () {
    this.timeout(30_000);
    let served: ServedQueue;
    let running: number;
    let most: number;
    let done: number;
    let letGo: () => void;
    let puppet: ReturnType<typeof puppetGate>;

    beforeEach(async () => {
      served = await openServedQueue(backend);
      puppet = puppetGate();
      [running, most, done] = [0, 0, 0];
    });
    afterEach(async () => {
      letGo();
      await served?.[Symbol.asyncDispose]();
    });

    /** Each job runs until all are let go. */
    const serve = (needs: readonly Provider[]) => {
      const gone = new Promise<void>(resolve => {
        letGo = resolve;
      });
      const work = async (): Promise<string> => {
        running += 1;
        most = Math.max(most, running);
        await gone;
        running -= 1;
        done += 1;
        return 'done';
      };
      return served.serve(work, { needs, concurrency: 3 }, { gate: puppet.gate });
    };
    const waiting = async (): Promise<number> => served.queue.getWaitingCount();
    const addSix = async () => {
      for (let count = 0; count < 6; count += 1) await served.add();
    };

    it('takes none, one while it is tried again, and all of them afterwards', async () => {
      puppet.say('down');
      await serve(['aliexpress']);
      await addSix();
      expect(await waiting()).to.equal(6);
      puppet.say('probing');
      await until(() => running === 1);
      expect(await waiting()).to.equal(5);
      puppet.say('down');
      letGo();
      await until(() => done === 1);
      expect(await waiting()).to.equal(5);
      expect(most).to.equal(1);
      puppet.say('up');
      await until(() => done === 6);
    });

    it('goes on when it does not need that provider', async () => {
      puppet.say('down');
      await serve(['paypal']);
      await addSix();
      await until(() => running === 3);
      letGo();
      await until(() => done === 6);
    });

    it('closes although it takes no jobs', async () => {
      const host = await serve(['aliexpress']);
      puppet.say('down');
      await host.close();
      expect(done).to.equal(0);
    });
  });
