/** Covers: store/sealing/encryption-keys.ts, runtime/cannot-start.ts. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { EncryptionKey } from '../../runtime/config.ts';
import { connectAccount } from '../store/connections/connect-account.ts';
import { openTestStore, type TestStore } from '../store/fixtures.ts';
import { testEnvironment } from '../support/environment.ts';

type End = { status: number; said: string };

const named = ({ id, key }: EncryptionKey) => `${id}:${key.toString('base64')}`;

describe('a process that is started with the wrong key', function () {
  this.timeout(60_000);
  let db: TestStore;
  const [right, wrong] = [
    { id: '2025', key: randomBytes(32) },
    { id: '2025', key: randomBytes(32) },
  ];
  before(async () => {
    db = await openTestStore(1);
    await connectAccount(db.store, right);
  });
  after(() => db[Symbol.asyncDispose]());

  const run = (file: string, ...keys: EncryptionKey[]): Promise<End> =>
    new Promise(done => {
      const env = testEnvironment({ DATABASE_URL: db.url, ENCRYPTION_KEY: keys.map(named).join(',') });
      execFile('node', [file], { env: { ...env, PATH: process.env.PATH } }, (error, stdout, stderr) =>
        done({ status: typeof error?.code === 'number' ? error.code : 0, said: stdout + stderr }),
      );
    });

  for (const file of ['api/main.ts', 'workers/main.ts', 'dashboard/main.ts', 'store/sealing/rotate-keys.ts'])
    it(`${file} does not start, and names the key without showing it`, async () => {
      const { status, said } = await run(file, wrong);
      expect(status, said).to.equal(1);
      expect(said).to.include('the key named 2025 is not the one that sealed 1 of api_credentials');
      expect(said).not.to.include(wrong.key.toString('base64'));
    });

  it('can be given both: rotate-keys then says which key is still needed', async () => {
    const { status, said } = await run('store/sealing/rotate-keys.ts', { id: '2026', key: wrong.key }, right);
    expect(status, said).to.equal(0);
    expect(said).to.include('in use: 2026 (1 of api_credentials)');
    expect(said).to.include('may be taken out of ENCRYPTION_KEY: 2025');
  });
});
