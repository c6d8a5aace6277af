import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { EncryptionKey } from '../../../runtime/config.ts';
import { createSecretBox } from '../../../runtime/secrets/secret-box.ts';
import { findCredential, lockCredential, openSecrets, replaceTokens } from '../../../store/connections/credentials.ts';
import type { Store } from '../../../store/database/open.ts';
import { keysInUse, secretColumns } from '../../../store/database/sealed-columns.ts';
import { assertKeysFit, EncryptionKeyError } from '../../../store/sealing/encryption-keys.ts';
import { rotateKeys } from '../../../store/sealing/rotate-keys.ts';
import { until } from '../../support/until.ts';
import { connectAccount } from '../connections/connect-account.ts';
import { openTestStore, rowsOf, type TestStore } from '../fixtures.ts';

const key = (id: string): EncryptionKey => ({ id, key: randomBytes(32) });

describe('encryption keys', () => {
  let db: TestStore;
  const [old, current] = [key('2025'), key('2026')];
  beforeEach(async () => {
    db = await openTestStore(4);
  });
  afterEach(() => db[Symbol.asyncDispose]());

  const startedWith = async (...keys: EncryptionKey[]): Promise<readonly string[]> => {
    try {
      await assertKeysFit(db.store, keys);
      return [];
    } catch (error) {
      if (!(error instanceof EncryptionKeyError)) throw error;
      for (const { key: bytes } of keys) expect(error.message).not.to.include(bytes.toString('base64'));
      return error.mistakes;
    }
  };
  const rotated = (lines: string[] = [], batch = 2) =>
    rotateKeys({ store: db.store, keys: [current, old], progress: line => lines.push(line), batch });

  it('fit an empty database, and are known by their names from then on', async () => {
    expect(await startedWith(current, old)).to.deep.equal([]);
    expect(await startedWith(old)).to.deep.equal([]);
    expect(await startedWith(key('2026'), old)).to.deep.equal([
      'the key named 2026 is not the one that this database has known under that name: give it a new name',
    ]);
  });

  it('that are missing or wrong are told at the start, by name and with what they would lose', async () => {
    const id = await connectAccount(db.store, old);
    await connectAccount(db.store, old);
    expect(await startedWith(current, old)).to.deep.equal([]);
    expect(await startedWith(current)).to.deep.equal([
      'the key named 2025 is missing: 2 of api_credentials are sealed with it',
    ]);
    const [mistake] = await startedWith(current, key('2025'));
    expect(mistake).to.match(/^the key named 2025 is not the one that sealed 2 of api_credentials/);
    await db.store.read(em => em.execute(`update api_credentials set sealed = '' where id = ?`, [id]));
    expect(await startedWith(current, old)).to.deep.equal([
      `api_credentials/${id} holds no sealed text (1 of api_credentials)`,
    ]);
  });

  it('that open nothing leave no canary, which would accuse the right ones later', async () => {
    await connectAccount(db.store, old);
    expect(await startedWith(key('2025'))).to.have.length(1);
    expect(await startedWith(old)).to.deep.equal([]);
  });

  it('are changed batch by batch: afterwards the old one is needed no more', async () => {
    const ids = [];
    for (let account = 0; account < 5; account += 1) ids.push(await connectAccount(db.store, old, `token-${account}`));
    const lines: string[] = [];
    expect(await rotated(lines)).to.deep.equal([]);
    expect(lines.map(line => line.replace(/^.*: /, ''))).to.deep.equal([
      '2 of 5 sealed with 2026',
      '4 of 5 sealed with 2026',
      '5 of 5 sealed with 2026',
    ]);
    expect(await db.store.read(keysInUse)).to.have.length(1);
    expect(await startedWith(current)).to.deep.equal([]);
    for (const [index, id] of ids.entries()) {
      const credential = await db.store.read(em => findCredential(em, id));
      expect(credential && openSecrets(createSecretBox([current]), credential).accessToken).to.equal(`token-${index}`);
    }
    expect(await rotated(), 'again, it has nothing to do').to.deep.equal([]);
  });

  it('are changed to the end by a second start when the first one was stopped', async () => {
    for (let account = 0; account < 4; account += 1) await connectAccount(db.store, old);
    const stop = new Error('stopped');
    const interrupted = rotateKeys({
      store: db.store,
      keys: [current, old],
      batch: 1,
      progress: () => {
        throw stop;
      },
    });
    expect(await interrupted.catch(error => error)).to.equal(stop);
    const inUse = await db.store.read(keysInUse);
    expect(inUse.map(({ keyId, rows }) => `${rows} ${keyId}`)).to.have.members(['3 2025', '1 2026']);
    expect(await rotated()).to.deep.equal([]);
  });

  it('do not undo a refresh that holds the row while they are changed', async () => {
    const id = await connectAccount(db.store, old, 'before');
    let rotation: Promise<unknown> | undefined;
    // The first transaction looks at the canaries, the second one at the rows.
    let transactions = 0;
    const watched: Store = {
      ...db.store,
      transaction: async work => {
        const result = await db.store.transaction(work);
        transactions += 1;
        return result;
      },
    };
    const locked = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    const waits = async () => (await rowsOf(db.store, locked)).length > 0;
    await db.store.transaction(async em => {
      const credential = await lockCredential(em, id);
      rotation = rotateKeys({ store: watched, keys: [current, old], progress: () => undefined });
      await until(async () => transactions > 1 || (await waits()));
      const expiresAt = new Date('2031-01-01');
      const tokens = { accessToken: 'after', refreshToken: 'r', accessExpiresAt: expiresAt, refreshExpiresAt: null };
      await replaceTokens(em, createSecretBox([old]), credential, tokens, expiresAt);
    });
    expect(await rotation).to.deep.equal([]);
    const credential = await db.store.read(em => findCredential(em, id));
    expect(credential && openSecrets(createSecretBox([current]), credential).accessToken).to.equal('after');
  });

  it('are rotated in every column that holds sealed texts', async () => {
    const columns = await rowsOf<{ table: string; column: string }>(
      db.store,
      `select table_name as table, column_name as column from information_schema.columns
       where table_schema = 'public' and column_name like '%sealed%' order by 1, 2`,
    );
    expect(secretColumns.map(({ table, column }) => ({ table, column }))).to.have.deep.members(columns);
  });
});
