import { expect } from 'chai';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { openLimits } from '../../../providers/gate/limit-store.ts';
import { createLimits, leaseOf, windowOf } from '../../../providers/gate/limits.ts';
import { type LimitName, rateLimits } from '../../../providers/gate/rate-limits.ts';
import { backendNames, describeOn, onRedis, redisUrlOn } from '../../support/backends.ts';
import { createTestDatabase } from '../../support/database.ts';

const name: LimitName = 'ebay token client_credentials';
const perHour = 41;

describe("the providers' limits", () => {
  it('each name their document', () => {
    for (const limit of Object.values(rateLimits)) {
      expect(limit.source).to.be.a('string').that.is.not.empty;
      expect(limit.calls).to.be.greaterThan(0);
    }
  });

  it("give a day's quota out by the hour, and never more than it", () => {
    for (const limit of Object.values(rateLimits)) {
      const { points, seconds } = windowOf(limit);
      expect((points / seconds) * limit.seconds).to.be.at.most(limit.calls);
    }
    expect(windowOf(rateLimits[name])).to.deep.equal({ points: perHour, seconds: 3600 });
  });

  it('are taken from the shared counter by the tenth of a second, one by one where they are few', () => {
    expect(leaseOf(windowOf(rateLimits['aliexpress.trade.ds.order.get']))).to.equal(100);
    expect(leaseOf(windowOf(rateLimits['aliexpress.ds.address.get']))).to.equal(1);
    expect(leaseOf(windowOf(rateLimits[name]))).to.equal(1);
  });

  it('are asked of the shared counter once per lease, also by many callers at once', async () => {
    let asked = 0;
    const limits = createLimits(({ points, seconds }) => {
      const counter = new RateLimiterMemory({ points, duration: seconds });
      const { consume } = counter;
      counter.consume = (key, count) => {
        asked += 1;
        return consume.call(counter, key, count);
      };
      return counter;
    });
    const taken = await Promise.all(Array.from({ length: 400 }, () => limits.take('aliexpress.trade.ds.order.get')));
    expect(taken.filter(waitMs => waitMs === 0)).to.have.length(400);
    expect(asked).to.equal(4);
  });

  it('are a tenth for each process while a cluster that counts them is away, and no call waits for it', async () => {
    const nodes = [{ host: '127.0.0.1', port: 1 }];
    const { limits, close } = openLimits({ databaseUrl: 'unused', redis: { kind: 'cluster', nodes, tls: false } });
    try {
      const waits = await Promise.all(Array.from({ length: 20 }, () => limits.take(name)));
      expect(waits.filter(waitMs => waitMs === 0)).to.have.length(Math.floor(perHour / 10));
    } finally {
      await close();
    }
  });

  for (const store of backendNames)
    describeOn(store, `counted on ${store}`, () => {
      const opened: { close(): Promise<void> }[] = [];
      let where: Parameters<typeof openLimits>[0];
      let drop: () => Promise<void>;
      beforeEach(async () => {
        const redisUrl = redisUrlOn(store);
        const database = await createTestDatabase();
        drop = database.drop;
        where = { databaseUrl: database.url, ...onRedis(redisUrl) };
      });
      afterEach(async () => {
        await Promise.all(opened.splice(0).map(limits => limits.close()));
        await drop();
      });
      const open = (changes = {}) => {
        const limits = openLimits({ ...where, ...changes });
        opened.push(limits);
        return limits.limits;
      };

      it('are shared: two processes together make no more calls than one may', async () => {
        const processes = [open(), open()];
        const waits = await Promise.all(
          Array.from({ length: 100 }, (_, index) => processes[index % 2]?.take(name) ?? Promise.reject(new Error())),
        );
        expect(waits.filter(waitMs => waitMs === 0)).to.have.length(perHour);
        for (const waitMs of waits.filter(ms => ms > 0)) expect(waitMs).to.be.within(1, 3_600_000);
      });

      it('are a tenth for each process while the shared counter is away', async () => {
        const nowhere = 'postgresql://app:password@127.0.0.1:1/none';
        const alone = open(store === 'Redis' ? onRedis('redis://127.0.0.1:1') : { databaseUrl: nowhere });
        const waits = await Promise.all(Array.from({ length: 20 }, () => alone.take(name)));
        expect(waits.filter(waitMs => waitMs === 0)).to.have.length(Math.floor(perHour / 10));
      });
    });
});
