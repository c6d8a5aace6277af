import { createServer } from 'node:net';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import pg from 'pg';
import { newRedisUrl } from './backends.ts';
import { createTestDatabase } from './database.ts';
import { itWith } from './needs.ts';
import { leakedSince, openResources } from './open-resources.ts';
import { until } from './until.ts';

describe('test support', () => {
  it('gives every test a migrated, empty database of its own', async () => {
    const databases = await Promise.all(Array.from({ length: 8 }, createTestDatabase));
    expect(new Set(databases.map(({ url }) => url)).size).to.equal(8);
    const client = new pg.Client({ connectionString: databases[0]?.url });
    client.on('error', () => {}); // the drop below cuts it
    await client.connect();
    const { rows } = await client.query(`select count(*)::int as orders from orders`);
    expect(rows).to.deep.equal([{ orders: 0 }]);
    await Promise.all(databases.map(({ drop }) => drop()));
    await until(
      () =>
        client.query('select 1').then(
          () => false,
          () => true,
        ),
      { describe: 'a cut connection' },
    );
    await client.end();
  });

  itWith('Redis', 'gives every caller an empty Redis of its own', async () => {
    const urls = [newRedisUrl(), newRedisUrl()];
    for (const url of urls) {
      const redis = new Redis(url);
      expect(await redis.dbsize()).to.equal(0);
      await redis.set('key', 'value');
      expect((await redis.config('GET', 'maxmemory-policy')) as string[]).to.include('noeviction');
      await redis.quit();
    }
  });

  it('waits for a condition, and says in vain for what', async () => {
    let looks = 0;
    expect(await until(() => (++looks === 3 ? 'there' : undefined), { everyMs: 1 })).to.equal('there');
    const failing = until(() => Promise.reject(new Error('refused')), { deadlineMs: 20, describe: () => 'the api' });
    const error = await failing.catch((problem: Error) => problem);
    expect(error).to.include({ message: 'waited 20 ms in vain for the api' });
    expect(error.cause).to.include({ message: 'refused' });
  });

  it('notices what is left open', async () => {
    const before = await openResources();
    const server = createServer().listen(0);
    expect(await leakedSince(before, 0)).to.deep.equal(['TCPServerWrap ×1']);
    server.close();
    expect(await leakedSince(before, 1_000)).to.deep.equal([]);
  });
});
