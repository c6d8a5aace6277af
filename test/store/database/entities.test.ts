/** Covers: store/database/open.ts, migrations/index.ts. */
import { expect } from 'chai';
import { openOrm } from '../../../store/database/open.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

type Column = { table: string; name: string; type: string; nullable: boolean };

/** The database's own name for a type, in the entities' words; the three letters of a currency are text to them. */
const typeNames: Readonly<Record<string, string>> = { int4: 'int', int8: 'bigint', bool: 'boolean', bpchar: 'text' };

/** Tables that are read and written by SQL alone. */
const withoutEntity = [
  'collected_legs',
  'collected_payouts',
  'contradictions',
  'receiver_changes',
  'fx_conversions',
  'encryption_keys',
  'heartbeats',
  'evidence',
  'ledger_transactions',
  'ledger_movements',
  'leg_movements',
  'leg_payouts',
  'reservation_movements',
  'running_balances',
  'rate_limits',
  'migration',
  'open_checkouts',
  'operator_audit',
  'audit_changes',
  'notices',
  'password_resets',
  'platform_config',
  'provider_keys',
  'provider_calls',
  'provider_troubles',
  'reservations',
  'restores',
  'sessions',
  'shop_accounts',
  'state_moves',
  'untold_refunds',
  'webhook_keys',
];

describe('the entities', () => {
  let database: TestDatabase;
  let orm: Awaited<ReturnType<typeof openOrm>>;
  let columns: Column[];
  before(async () => {
    database = await createTestDatabase();
    orm = await openOrm(database.url, 2);
    columns = await orm.em.fork().execute<Column[]>(
      `select table_name as table, column_name as name, udt_name as type, is_nullable = 'YES' as nullable
       from information_schema.columns where table_schema = 'public' order by 1, ordinal_position`,
    );
  });
  after(async () => {
    await orm.close(true);
    await database.drop();
  });

  const entities = () => [...orm.getMetadata().getAll().values()].filter(meta => meta.tableName !== 'migration');

  it('stand for every table but those that SQL alone serves', () => {
    const tables = new Set(columns.map(({ table }) => table));
    const served = entities().map(({ tableName }) => tableName);
    expect([...served, ...withoutEntity]).to.have.members([...tables]);
  });

  it('have the columns of their tables, each of its type and nullable like it', () => {
    for (const { tableName, props } of entities()) {
      const described = props.flatMap(({ fieldNames, columnTypes, nullable = false }) =>
        fieldNames.map((name, index) => ({ name, type: columnTypes[index], nullable })),
      );
      const inTable = columns
        .filter(({ table }) => table === tableName)
        .map(({ name, type, nullable }) => ({ name, type: typeNames[type] ?? type, nullable }));
      expect(described, tableName).to.have.deep.members(inTable);
    }
  });
});
