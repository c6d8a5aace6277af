/** Covers: store/database/migrate.ts, migrations/index.ts. */
import { expect } from 'chai';
import pg from 'pg';
import { migrations } from '../../../migrations/index.ts';
import { migrate } from '../../../store/database/migrate.ts';
import { openOrm } from '../../../store/database/open.ts';
import { createEmptyDatabase, type TestDatabase } from '../../support/database.ts';

type Described = { columns: string[]; rules: string[] };

/** Every column, constraint, index, trigger and function of ours, as text. */
async function describeSchema(url: string): Promise<Described> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const texts = async (sql: string) => (await client.query<{ text: string }>(sql)).rows.map(({ text }) => text);
    return {
      columns: await texts(
        `select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') as text
         from information_schema.columns where table_schema = 'public' and table_name <> 'migration' order by 1`,
      ),
      rules: await texts(
        `select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) as text from pg_constraint
           where connamespace = 'public'::regnamespace and conrelid <> coalesce(to_regclass('migration'), 0)
         union all select indexdef from pg_indexes where schemaname = 'public' and tablename <> 'migration'
         union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
           and tgrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
         union all select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
         order by 1`,
      ),
    };
  } finally {
    await client.end();
  }
}

describe('the migrations', function () {
  this.timeout(90_000);
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createEmptyDatabase();
  });
  afterEach(() => database.drop());

  const run = async (direction: 'up' | 'down', to?: string | 0) => {
    const orm = await openOrm(database.administratorUrl, 2);
    try {
      await orm.migrator[direction](to === undefined ? undefined : { to });
    } finally {
      await orm.close(true);
    }
  };

  it('go up from nothing, down to nothing, and up to the same again', async () => {
    expect((await describeSchema(database.administratorUrl)).columns).to.deep.equal([]);
    await run('up');
    const first = await describeSchema(database.administratorUrl);
    expect(first.columns.length).to.be.greaterThan(150);
    expect(first.rules.length).to.be.greaterThan(100);
    await run('down', 0);
    expect(await describeSchema(database.administratorUrl)).to.deep.equal({ columns: [], rules: [] });
    await run('up');
    expect(await describeSchema(database.administratorUrl)).to.deep.equal(first);
  });

  it('leave no function and no type behind when they go down', async () => {
    await run('up');
    await run('down', 0);
    const client = new pg.Client({ connectionString: database.administratorUrl });
    await client.connect();
    const { rows } = await client.query(
      `select proname as name from pg_proc where pronamespace = 'public'::regnamespace
       union all select relname from pg_class where relnamespace = 'public'::regnamespace and relname not like 'migration%'`,
    );
    await client.end();
    expect(rows).to.deep.equal([]);
  });

  it('go down one at a time, each leaving what the earlier ones had made', async () => {
    const before: Described[] = [];
    for (const { name } of migrations) {
      before.push(await describeSchema(database.administratorUrl));
      await run('up', name);
    }
    for (const schema of before.reverse()) {
      await run('down');
      expect((await describeSchema(database.administratorUrl)).columns).to.deep.equal(schema.columns);
    }
  });

  it('go down where several users have named one log-in: who has proven it keeps it, else who named it first', async () => {
    await run('up', '0048-claimed-log-ins');
    const client = new pg.Client({ connectionString: database.administratorUrl });
    await client.connect();
    await client.query(
      `insert into users (id, email, password_hash, role)
         select gen_random_uuid(), n || '@example.com', 'x', 'reseller' from generate_series(1, 4) n;
       insert into api_credentials (id, user_id, api_name, environment, account_id, account_name, sealed, money_holder,
           created_at, claimed_at)
         select gen_random_uuid(), u.id, 'aliexpress', 'sandbox', account, account, 'x', 'reseller',
           clock_now() + row_number() over (order by u.email) * interval '1 s',
           case when u.email = '3@example.com' and account = 'proven' then clock_now() end
         from users u, (values ('proven'), ('named')) a (account)
         where u.email like '_@example.com' and (account = 'proven') = (u.email in ('2@example.com', '3@example.com'));
       insert into shop_accounts (id, sealed) select id, 'x' from api_credentials;`,
    );
    await run('down');
    const { rows } = await client.query(
      `select c.account_id || ' ' || u.email as kept from shop_accounts a join api_credentials c on c.id = a.id
         join users u on u.id = c.user_id where c.status <> 'DISCONNECTED' order by 1`,
    );
    await client.end();
    expect(rows.map(({ kept }) => kept)).to.deep.equal(['named 1@example.com', 'proven 3@example.com']);
  });

  it('do not go down where what names a buyer is sealed: an earlier release could not read it', async () => {
    await run('up', '0043-sealed-buyers');
    const client = new pg.Client({ connectionString: database.administratorUrl });
    await client.connect();
    const goingDown = () =>
      run('down').then(
        () => 'gone down',
        (error: Error) => error.message,
      );
    const page = `insert into evidence (id, order_id, step, reason, url, html, screenshot, answer)
      select gen_random_uuid(), gen_random_uuid(), 's', 'r', 'u',`;
    const sealed = {
      orders: `insert into orders (id, user_id, channel, quantity, sale_minor, sale_currency, proceeds_held_by,
          supplier_paid_by, status, ship_to)
        select gen_random_uuid(), gen_random_uuid(), 'paypal', 1, 1, 'USD', 'platform', 'platform', 'PAID', '"v1.k.x"'`,
      effects: `insert into effects (id, purpose, subject, route, account, environment, idempotency_key, request)
        select gen_random_uuid(), 'buy', gen_random_uuid(), 'r', 'a', 'sandbox', 'k', 'v1.k.x'`,
      inbound_events: `insert into inbound_events (id, source, event_id, type, headers, body, status)
        select gen_random_uuid(), 'paypal', 'e', 't', '{}', 'v1.k.x', 'APPLIED'`,
      'evidence e1': `${page} 'v1.k.x', 'plain', null`,
      'evidence e2': `${page} 'plain', 'v1.k.x', null`,
      'evidence e3': `${page} null, null, 'v1.k.x'`,
    };
    try {
      // No rows beside them, which keys of other tables name.
      await client.query('set session_replication_role = replica');
      for (const [table, sql] of Object.entries(sealed)) {
        await client.query(sql);
        expect(await goingDown(), sql).to.include('restore a backup instead');
        await client.query(`delete from ${table}`);
      }
      expect(await goingDown()).to.equal('gone down');
    } finally {
      await client.end();
    }
  });

  it('do not go down where the timeline is sealed either, and go where every line is plain', async () => {
    await run('up', '0050-sealed-timeline');
    const client = new pg.Client({ connectionString: database.administratorUrl });
    await client.connect();
    const goingDown = () =>
      run('down').then(
        () => 'gone down',
        (error: Error) => error.message,
      );
    try {
      await client.query('set session_replication_role = replica');
      const insert = `insert into order_events (order_id, kind, note, bound_to)
        values (gen_random_uuid(), 'noted', 'v1.k.x', gen_random_uuid())`;
      await client.query(insert);
      expect(await goingDown()).to.include('restore a backup instead');
      await client.query('update order_events set bound_to = null');
      expect(await goingDown()).to.equal('gone down');
    } finally {
      await client.end();
    }
  });

  it('run once, however many processes start at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => migrate({ ...database, databaseUrl: database.url })));
    const client = new pg.Client({ connectionString: database.administratorUrl });
    await client.connect();
    const { rows } = await client.query('select name from migration order by id');
    const bullmq = await client.query(`select count(*)::int as tables from pg_tables where schemaname = 'bullmq'`);
    await client.end();
    expect(rows).to.deep.equal(migrations.map(({ name }) => ({ name })));
    expect(bullmq.rows[0]?.tables).to.be.greaterThan(0);
  });
});
