/** Covers: queues/engine/wait-for-redis.ts, runtime/full-server.ts. */
import { expect } from 'chai';
import { buyAtCheckout } from '../../demo/buyers.ts';
import { settled } from '../../demo/scenario.ts';
import { newDataFolder, openTheatre } from '../demo/theatre.ts';
import { startOwnRedis } from '../queues/own-redis.ts';
import { itWith } from '../support/needs.ts';

describe('a system that starts while its Redis is away', function () {
  this.timeout(120_000);

  itWith('Redis', 'takes orders at once, and carries them out when Redis is back; no process crashes', async () => {
    await using redis = await startOwnRedis();
    await redis.stop();
    await using theatre = await openTheatre({
      dataFolder: newDataFolder(),
      removeData: true,
      env: { REDIS_URL: redis.url },
    });
    const { stage, system } = theatre;
    await stage.sandbox('POST', '/balance', { provider: 'paypal', currency: 'USD', amountMinor: '500000' });
    const lamp = await stage.stockUp(await stage.hireReseller({ name: 'ada' }));
    const ending = settled(await buyAtCheckout(stage, lamp));
    await system.processes.find(({ name }) => name === 'api')?.restart();
    const another = settled(await buyAtCheckout(stage, lamp));
    expect((await fetch(`${system.urls.dashboard}/`)).status).to.equal(503);

    await redis.startAgain();
    await theatre.ended(ending);
    await theatre.ended(another);
    expect(theatre.errors()).to.deep.equal([]);
  });
});
