import { Redis } from 'ioredis';
import pg from 'pg';

/** Everything that was written somewhere, by its place. */
export type Haystack = ReadonlyMap<string, string>;

/** Every row of every table of the database, the queues' own schema included; bytea columns as hex. */
export async function allTables(databaseUrl: string): Promise<Haystack> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`,
    );
    const found = new Map<string, string>();
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      found.set(name, rows.map(({ row }) => row).join('\n'));
    }
    return found;
  } finally {
    await client.end();
  }
}

/** Every key of one Redis database with all that it holds. */
export async function allKeys(redisUrl: string): Promise<Haystack> {
  const redis = new Redis(redisUrl);
  try {
    const found = new Map<string, string>();
    for await (const keys of redis.scanStream({ count: 500 }) as AsyncIterable<string[]>)
      for (const key of keys) found.set(`redis ${key}`, JSON.stringify(await contentOf(redis, key)));
    return found;
  } finally {
    redis.disconnect();
  }
}

async function contentOf(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, 0, -1);
    case 'stream':
      return redis.xrange(key, '-', '+');
    case 'none':
      return '';
    default:
      throw new Error(`${key} is a ${type}, which nobody has looked into`);
  }
}

/**
 * How a text may stand somewhere: as it is, in a URL, as a bytea column or in base64, where it begins at any of three
 * places within a group; what surrounds it decides the first and the last letters, so they are left out.
 */
const formsOf = (text: string): string[] => {
  const inBase64 = [0, 1, 2].map(before =>
    Buffer.concat([Buffer.alloc(before), Buffer.from(text)])
      .toString('base64')
      .slice(before === 0 ? 0 : 4)
      .replace(/=+$/, '')
      .slice(0, -2),
  );
  const forms = [text, encodeURIComponent(text), Buffer.from(text).toString('hex'), ...inBase64];
  return [...new Set(forms.map(form => form.toLowerCase()))];
};

/** Where one of the secrets stands: `name in place`. Letters count as the same in either case. */
export function findAll(secrets: ReadonlyMap<string, string>, haystack: Haystack): string[] {
  const hay = [...haystack].map(([place, text]) => ({ place, text: text.toLowerCase() }));
  return [...secrets].flatMap(([name, secret]) => {
    const forms = formsOf(secret);
    return hay.filter(({ text }) => forms.some(form => text.includes(form))).map(({ place }) => `${name} in ${place}`);
  });
}
