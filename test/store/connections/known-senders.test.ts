import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import pg from 'pg';
import type { CredentialId } from '../../../domain/ids.ts';
import { createSecretBox } from '../../../runtime/secrets/secret-box.ts';
import { disconnect } from '../../../store/connections/connect.ts';
import {
  lockCredential,
  needReconnect,
  noteUse,
  replaceTokens,
  wakeCredential,
} from '../../../store/connections/credentials.ts';
import { openKnownSenders, type SenderName } from '../../../store/connections/known-senders.ts';
import type { EntityManager } from '../../../store/database/entity-manager.ts';
import { Credential } from '../../../store/entities/people.ts';
import { openTestStore, type TestStore } from '../fixtures.ts';
import { connectAccount } from './connect-account.ts';

const key = { id: '2026', key: randomBytes(32) };
const box = createSecretBox([key]);
const tokens = {
  accessToken: 'access-2',
  refreshToken: 'refresh-2',
  accessExpiresAt: new Date('2030-02-01'),
  refreshExpiresAt: new Date('2031-02-01'),
};

describe('the senders of notifications', () => {
  let db: TestStore;
  let pool: pg.Pool;
  let id: CredentialId;
  before(async () => {
    db = await openTestStore();
    pool = new pg.Pool({ connectionString: db.url, max: 2 });
  });
  after(async () => {
    await pool.end();
    await db[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    id = await connectAccount(db.store, key);
  });

  /** As a process reads it that remembers nobody yet. */
  const asked = (name: SenderName) => openKnownSenders(pool, box).verified(name);
  const change = (work: (em: EntityManager) => Promise<unknown>) => db.store.transaction(em => work(em));
  const changed = (facts: Partial<Credential>) => change(em => em.nativeUpdate(Credential, { id }, facts));
  const account = () => db.store.read(em => em.findOneOrFail(Credential, { id }));

  it('keep their version while their account is used, looked at and checked', async () => {
    const before = await asked({ by: 'id', value: id });
    await change(async em => noteUse(em, await em.findOneOrFail(Credential, { id }), new Date()));
    await change(em => wakeCredential(em, id));
    await changed({ nextCheckAt: new Date('2031-01-01') });
    expect((await account()).lastUsedAt).not.to.equal(null);
    expect(await asked({ by: 'id', value: id })).to.deep.equal(before);
  });

  const changes: Record<string, () => Promise<unknown>> = {
    'is disconnected': () => change(em => disconnect(em, id)),
    'must be connected again': () => change(em => needReconnect(em, id)),
    'gets other tokens': () =>
      change(async em => replaceTokens(em, box, await lockCredential(em, id), tokens, new Date())),
    'gets another path': () => changed({ webhookSegment: `segment-${id}` }),
    'is another one at the marketplace': () => changed({ accountId: `account-${id}` }),
  };
  for (const [what, happens] of Object.entries(changes))
    it(`have another version when their account ${what}`, async () => {
      const version = async () => (await asked({ by: 'id', value: id }))?.version;
      const before = await version();
      expect(before).to.be.a('string');
      await happens();
      expect(await version())
        .to.be.a('string')
        .and.not.equal(before);
    });

  it('are found by their path, by nobody’s guess, and no longer once they are disconnected', async () => {
    const value = `segment-${id}`;
    await changed({ webhookSegment: value });
    expect((await asked({ by: 'segment', value }))?.id).to.equal(id);
    expect(await asked({ by: 'segment', value: 'guess' })).to.equal(undefined);
    await change(em => disconnect(em, id));
    expect(await asked({ by: 'segment', value })).to.equal(undefined);
  });

  it('whose path says who they are need no secret: one that cannot be opened does not stop them', async () => {
    const value = `segment-${id}`;
    await changed({ webhookSegment: value, sealed: 'broken' });
    expect(await asked({ by: 'segment', value })).to.include({ id, webhookSecret: undefined });
    expect(await asked({ by: 'id', value: id }).catch((error: unknown) => error)).to.be.instanceOf(Error);
  });

  it('with the same number at two marketplaces are not taken for each other', async () => {
    const other = await connectAccount(db.store, key);
    const value = `number-${id}`;
    await changed({ accountId: value });
    await change(em => em.nativeUpdate(Credential, { id: other }, { accountId: value, apiName: 'mercadolibre' }));
    const senders = openKnownSenders(pool, box);
    const at = async (apiName: 'ebay' | 'mercadolibre') =>
      (await senders.verified({ by: 'seller', value, apiName, environment: 'sandbox' }))?.id;
    expect([await at('ebay'), await at('mercadolibre')]).to.deep.equal([id, other]);
  });
});
