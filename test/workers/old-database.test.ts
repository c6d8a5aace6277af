/** Covers: migrations/0025-answers.ts, domain/effect-key.ts. */
import { expect } from 'chai';
import pg from 'pg';
import { createTransact } from '../../queues/transact.ts';
import { changeSettings } from '../../store/accounts/users.ts';
import { migrate } from '../../store/database/migrate.ts';
import { openOrm, openStore } from '../../store/database/open.ts';
import type { EffectPurpose } from '../../store/entities/money.ts';
import type { Context } from '../../workers/context/context.ts';
import { processors } from '../../workers/processors.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { createStage, type Seller, type Stage } from '../support/stage.ts';
import { readyEffects } from './ready-effects.ts';
import { intentsOf, performWith, rows } from './workbench.ts';

/** The last migration of the release that gave its effects keys from the ids of its rows. */
const oldRelease = '0024-own-debits';

type Row = Record<string, unknown>;
type OpenEffect = {
  purpose: EffectPurpose;
  subject: string;
  queue: keyof typeof processors;
  job: string;
  kind: string;
};

/** Every table as that release made it, with those of today's rows and columns that it knew. */
async function asOldRelease(from: string, to: string): Promise<void> {
  const orm = await openOrm(to, 2);
  await orm.migrator.up({ to: oldRelease });
  await orm.close(true);
  const [here, there] = [new pg.Client({ connectionString: from }), new pg.Client({ connectionString: to })];
  await Promise.all([here.connect(), there.connect()]);
  try {
    const { rows: tables } = await there.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
         and table_name not in ('migration', 'state_moves')`,
    );
    // Neither triggers nor foreign keys are asked: the rows are whole already.
    await there.query('set session_replication_role = replica');
    for (const { name } of tables) {
      // What the release had, and later ones gave up.
      const { rows: stands } = await here.query<{ here: boolean }>('select to_regclass($1) is not null as here', [
        name,
      ]);
      if (!stands[0]?.here) continue;
      const { rows: kept } = await here.query<{ row: Row }>(`select to_jsonb(t) as row from "${name}" t`);
      await there.query(`delete from "${name}"`);
      for (const { row } of kept)
        await there.query(
          `insert into "${name}" overriding system value select * from jsonb_populate_record(null::"${name}", $1)`,
          [JSON.stringify(row)],
        );
    }
    const { rows: counted } = await there.query<{ name: string; id: string }>(
      `select table_name as name, column_name as id from information_schema.columns
       where table_schema = 'public' and is_identity = 'YES'`,
    );
    for (const { name, id } of counted)
      await there.query(
        `select setval(pg_get_serial_sequence('${name}', '${id}'), (select coalesce(max("${id}"), 0) + 1 from "${name}"))`,
      );
  } finally {
    await Promise.all([here.end(), there.end()]);
  }
}

describe('a database of an older release, whose keys were the ids of its rows, with effects of every purpose open', function () {
  this.timeout(120_000);
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    await stage.store.transaction(em => changeSettings(em, seller.id, { refundPolicy: 'automatic' }));
  });
  after(() => stage[Symbol.asyncDispose]());

  const died = new Error('the process died');
  const dies = async (name: string) => {
    if (name === 'effect-sending') throw died;
  };
  const keysOf: Record<EffectPurpose, (subject: string) => string> = {
    capture: id => `capture-${id}-1`,
    buy: id => `${id}-1`,
    pay: id => `leg-${id}-1`,
    refund: id => `refund-${id}-1`,
    'ship-notice': id => `ship-${id}-1`,
  };

  /** Sent by the older release under its own key and performed; the answer was lost. */
  async function leftOpen(effect: OpenEffect, fault: object): Promise<void> {
    const { purpose, subject, queue, job } = effect;
    await performWith(stage, { failpoint: dies }, queue, job).catch((error: unknown) => {
      if (error !== died) throw error;
    });
    const [opened] = await intentsOf(stage, purpose, subject);
    const key = keysOf[purpose](subject);
    await rows(stage, 'update effects set idempotency_key = ?, request = ? where id = ?', [
      key,
      opened?.request.replaceAll(opened.idempotencyKey, key),
      opened?.id,
    ]);
    await stage.control('faults', { kind: 'drop-reply', times: 1, ...fault });
    await stage.perform(queue, job).catch(() => undefined);
    expect((await intentsOf(stage, purpose, subject)).at(-1)).to.include({ status: 'OPEN', idempotencyKey: key });
  }

  it('is migrated: each keeps its key, its frozen request and its generation, is carried on, and happens once', async () => {
    const ready = readyEffects(stage, seller);
    const open: OpenEffect[] = [];
    for (const { purpose, queue, provider, operation, kind, prepare } of [
      ready.capture,
      ready.buy,
      ready.pay,
      ready.refund,
    ]) {
      const subject = await prepare();
      const effect: OpenEffect = { purpose, subject, queue, job: subject, kind };
      await leftOpen(effect, { provider, operation });
      open.push(effect);
    }
    const notice = await parcelToTell();
    await leftOpen(notice, { provider: 'paypal', operation: 'track' });
    open.push(notice);
    const before = await effectRows(stage.store, open);
    const world = await countOf(open);

    const database = await createEmptyDatabase();
    await asOldRelease(stage.databaseUrl, database.administratorUrl);
    await migrate({ ...database, databaseUrl: database.url });
    const store = await openStore(database.url, 4, stage.config.encryptionKeys);
    try {
      expect(await effectRows(store, open)).to.deep.equal(before);
      const context: Context = {
        ...stage.context,
        store,
        transact: createTransact(store, { addAll: async () => undefined }),
      };
      for (const { queue, job } of open) {
        const run = processors[queue] as (payload: Row, ctx: Context) => Promise<string>;
        await run({ orderId: job, legId: job }, context);
      }
      const done = before.map(({ purpose, effects }) => ({
        purpose,
        effects: (effects as Row[]).map(effect => (effect.status === 'OPEN' ? { ...effect, status: 'DONE' } : effect)),
      }));
      expect(await effectRows(store, open)).to.deep.equal(done);
      expect(await countOf(open)).to.deep.equal(world);
      expect(world).to.deep.equal({ capture: 1, buy: 1, pay: 1, refund: 1, 'ship-notice': 1 });
    } finally {
      await store.close();
      await database.drop();
    }
  });

  async function parcelToTell(): Promise<OpenEffect> {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    const [placed] = await rows<{ number: string }>(stage, 'select number from supplier_orders where order_id = ?', [
      id,
    ]);
    const tracking = [{ trackingNumber: 'LP00998877' }];
    await stage.control('supplier', {
      number: placed?.number,
      status: 'WAIT_BUYER_ACCEPT_GOODS',
      logisticsStatus: 'SELLER_SEND_GOODS',
      tracking,
    });
    // The first look sees the parcel; whether it tells of it is up to what follows.
    const failpoint = async (name: string) => {
      if (name === 'effect-opened') throw died;
    };
    await performWith(stage, { failpoint }, 'track-shipment', id).catch(() => undefined);
    const [parcel] = await rows<{ id: string }>(stage, 'select id from parcels where order_id = ?', [id]);
    return { purpose: 'ship-notice', subject: parcel?.id ?? '', queue: 'track-shipment', job: id, kind: 'ship-notice' };
  }

  const effectRows = (store: Stage['store'], open: readonly OpenEffect[]): Promise<Row[]> =>
    Promise.all(
      open.map(async ({ purpose, subject }) => {
        const sql = `select generation, idempotency_key as key, request, account, status from effects
          where purpose = ? and subject = ? order by generation`;
        return { purpose, effects: await store.read(em => em.execute<Row[]>(sql, [purpose, subject])) };
      }),
    );

  /** What the world did for each of them. */
  async function countOf(open: readonly OpenEffect[]): Promise<Record<string, number>> {
    const entries: [string, number][] = [];
    for (const { purpose, subject, kind } of open) {
      const done = await stage.control<{ effects: { kind: string; key: string; detail: Row }[] }>('effects');
      const key = keysOf[purpose](subject);
      const own = await ownNames(purpose, subject);
      entries.push([purpose, done.effects.filter(one => one.kind === kind && [key, ...own].includes(one.key)).length]);
    }
    return Object.fromEntries(entries);
  }

  /** A capture, a refund and a notice are listed under what they were done to. */
  async function ownNames(purpose: EffectPurpose, subject: string): Promise<string[]> {
    if (purpose === 'capture' || purpose === 'refund') {
      const found = await rows<{ a: string; b: string | null }>(
        stage,
        'select o.external_order_id as a, p.reference as b from orders o left join payments p on p.order_id = o.id where o.id = ?',
        [subject],
      );
      return found.map(({ a, b }) => (purpose === 'capture' ? a : (b ?? '')));
    }
    if (purpose !== 'ship-notice') return [];
    const found = await rows<{ a: string }>(
      stage,
      'select o.external_order_id as a from parcels p join orders o on o.id = p.order_id where p.id = ?',
      [subject],
    );
    return found.map(({ a }) => a);
  }
});
