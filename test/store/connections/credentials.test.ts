import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { UserId } from '../../../domain/ids.ts';
import { createSecretBox, SecretBoxError } from '../../../runtime/secrets/secret-box.ts';
import { connect, disconnect } from '../../../store/connections/connect.ts';
import {
  credentialByAccount,
  credentialOf,
  lockCredential,
  needReconnect,
  openSecrets,
  replaceTokens,
  type Tokens,
  wakeCredential,
} from '../../../store/connections/credentials.ts';
import { type ApiName, Credential, type Environment } from '../../../store/entities/people.ts';
import { insertUser, openTestStore, refusalOf, refusedLock, rowsOf, type TestStore } from '../fixtures.ts';

const key = (id: string) => ({ id, key: randomBytes(32) });
const old = key('2025');
const box = createSecretBox([old]);

const tokens = (name: string): Tokens => ({
  accessToken: `access-${name}`,
  refreshToken: `refresh-${name}`,
  accessExpiresAt: new Date('2030-01-01'),
  refreshExpiresAt: new Date('2031-01-01'),
});
const refreshAt = new Date('2029-12-31');

describe('credentials', () => {
  let db: TestStore;
  let user: UserId;
  let accounts = 0;
  before(async () => {
    db = await openTestStore();
  });
  after(() => db[Symbol.asyncDispose]());
  beforeEach(async () => {
    user = await db.store.transaction(em => insertUser(em));
    accounts += 1;
  });

  type Facts = Partial<{
    userId: UserId;
    apiName: ApiName;
    environment: Environment;
    accountId: string;
    tokens: Tokens;
  }>;
  const link = (facts: Facts = {}) =>
    db.store.transaction(em =>
      connect(em, box, {
        userId: user,
        apiName: 'ebay',
        environment: 'sandbox',
        accountId: `account-${accounts}`,
        accountName: 'shop',
        moneyHolder: 'platform',
        tokens: tokens('1'),
        refreshAt,
        ...facts,
      }),
    );
  const stored = async (facts: Facts = {}): Promise<Credential> => (await link(facts))!.credential;
  const read = (id: Credential['id']) => db.store.read(em => em.findOneOrFail(Credential, { id }));

  it('are sealed: no token stands in the row, and they open to what was given', async () => {
    const linked = await link();
    const { credential, webhookSecret } = linked!;
    expect(openSecrets(box, credential)).to.deep.equal({
      accessToken: 'access-1',
      refreshToken: 'refresh-1',
      webhookSecret,
    });
    const [row] = await rowsOf<{ text: string }>(
      db.store,
      'select c::text as text from api_credentials c where id = ?',
      [credential.id],
    );
    for (const secret of ['access-1', 'refresh-1', webhookSecret]) expect(row?.text).not.to.contain(secret);
    expect(webhookSecret.length).to.be.greaterThan(40);
  });

  it('open only in their own row: copied into another they are refused', async () => {
    const mine = await stored();
    const userId = await db.store.transaction(em => insertUser(em));
    const other = await stored({ userId, accountId: 'account-of-other' });
    await rowsOf(db.store, 'update api_credentials set sealed = ? where id = ?', [mine.sealed, other.id]);
    const robbed = await read(other.id);
    expect(() => openSecrets(box, robbed)).to.throw(SecretBoxError, 'SEALED_TEXT_REFUSED');
    expect(openSecrets(box, await read(mine.id)).accessToken).to.equal('access-1');
  });

  it('of one outside account belong to one user: nobody else can connect it', async () => {
    const mine = await stored();
    const userId = await db.store.transaction(em => insertUser(em));
    expect(await link({ userId })).to.equal(null);
    expect(await read(mine.id)).to.deep.equal(mine);
    expect(await db.store.read(em => credentialOf(em, userId, 'ebay', 'sandbox'))).to.equal(null);
    // Another environment, or another kind of account with the same id, is another account.
    expect(await link({ userId, environment: 'production' })).not.to.equal(null);
    expect(await link({ userId, apiName: 'mercadolibre' })).not.to.equal(null);
  });

  it('of one outside account belong to one user when several connect it at once', async () => {
    const users = await db.store.transaction(async em => [user, await insertUser(em), await insertUser(em)] as const);
    const links = await Promise.allSettled(users.map(userId => link({ userId })));
    expect(links.filter(link => link.status === 'fulfilled' && link.value)).to.have.length(1);
  });

  it('of one outside account belong to one user by the database itself', async () => {
    const mine = await stored();
    const copy = db.store.transaction(async em =>
      em.execute(
        `insert into api_credentials (id, user_id, api_name, environment, account_id, account_name, sealed, money_holder)
         select gen_random_uuid(), ?, api_name, environment, account_id, account_name, sealed, money_holder
         from api_credentials where id = ?`,
        [await insertUser(em), mine.id],
      ),
    );
    expect(await refusalOf(copy)).to.equal('api_credentials_one_owner');
  });

  it('are replaced when the same account is connected again, and keep the webhook’s secret', async () => {
    const first = await link();
    await db.store.transaction(em => needReconnect(em, first!.credential.id));
    const again = await link({ tokens: tokens('2') });
    expect(again?.credential).to.include({ id: first?.credential.id, status: 'HEALTHY', stateEntry: 2, wake: 0 });
    expect(again?.webhookSecret).to.equal(first?.webhookSecret);
    expect(openSecrets(box, again!.credential).accessToken).to.equal('access-2');
  });

  it('of another account of the same user’s take its place: the one before is disconnected and stays what it was', async () => {
    const first = await stored();
    const second = await stored({ tokens: tokens('2'), accountId: `new-${accounts}` });
    expect(second.id).not.to.equal(first.id);
    expect(await read(first.id)).to.include({ status: 'DISCONNECTED', sealed: null, accountId: first.accountId });
    const current = await db.store.read(em => credentialOf(em, user, 'ebay', 'sandbox'));
    expect(current?.id).to.equal(second.id);
    const back = await link({ tokens: tokens('3'), accountId: first.accountId });
    expect(back?.credential).to.include({ id: first.id, status: 'HEALTHY' });
    expect(await read(second.id)).to.include({ status: 'DISCONNECTED', sealed: null });
  });

  it('are erased when they are disconnected, and the account may then be another user’s', async () => {
    const linked = await link();
    const { id } = linked!.credential;
    await db.store.transaction(em => disconnect(em, id));
    const row = await read(id);
    expect(row).to.include({ status: 'DISCONNECTED', sealed: null, nextCheckAt: null, accessExpiresAt: null });
    expect(() => openSecrets(box, row)).to.throw('is connected');
    await db.store.transaction(em => needReconnect(em, id));
    expect((await read(id)).status).to.equal('DISCONNECTED');
    expect((await db.store.read(em => credentialOf(em, user, 'ebay', 'sandbox')))?.id).to.equal(id);
    const userId = await db.store.transaction(em => insertUser(em));
    expect(await link({ userId })).not.to.equal(null);
    expect(await link(), 'and not the first one’s any more').to.equal(null);
    // The secret of a new connection is a new one: who knew the old one signs nothing.
    await db.store.transaction(em => em.nativeDelete(Credential, { userId }));
    expect((await link())?.webhookSecret).not.to.equal(linked?.webhookSecret);
  });

  it('are found by their account; MercadoLibre’s have a segment that nobody guesses', async () => {
    const ebay = await stored();
    expect(ebay.webhookSegment).to.equal(null);
    const accountId = `ml-${accounts}`;
    const ml = await stored({ apiName: 'mercadolibre', accountId });
    expect(ml.webhookSegment).to.match(/^[\w-]{32}$/);
    const found = await db.store.read(async em => [
      await credentialByAccount(em, 'mercadolibre', 'sandbox', accountId),
      await credentialByAccount(em, 'mercadolibre', 'production', accountId),
    ]);
    expect(found.map(row => row?.id)).to.deep.equal([ml.id, undefined]);
  });

  it('take new tokens and keep the webhook’s secret, as a new entry with a new time to refresh', async () => {
    const linked = await link();
    const { credential, webhookSecret } = linked!;
    await db.store.transaction(em => wakeCredential(em, credential.id));
    const later = new Date('2029-06-01');
    const fresh = { ...tokens('2'), refreshExpiresAt: null };
    await db.store.transaction(async em =>
      replaceTokens(em, box, await lockCredential(em, credential.id), fresh, later),
    );
    const row = await read(credential.id);
    expect(openSecrets(box, row)).to.deep.equal({ accessToken: 'access-2', refreshToken: 'refresh-2', webhookSecret });
    expect(row).to.include({ status: 'HEALTHY', stateEntry: 2, wake: 0 });
    expect(row.nextCheckAt).to.deep.equal(later);
    // A provider that does not tell the refresh token's end has not changed it.
    expect(row.refreshExpiresAt).to.deep.equal(new Date('2031-01-01'));
  });

  it('are sealed with the newest key when they are written, and still open with the older one until then', async () => {
    const credential = await stored();
    const rotated = createSecretBox([key('2026'), old]);
    expect(credential.sealed).to.match(/^v1\.2025\./);
    expect(openSecrets(rotated, credential).refreshToken).to.equal('refresh-1');
    await db.store.transaction(em => replaceTokens(em, rotated, credential, tokens('2'), refreshAt));
    const row = await read(credential.id);
    expect(row.sealed).to.match(/^v1\.2026\./);
    expect(openSecrets(rotated, row).refreshToken).to.equal('refresh-2');
    expect(() => openSecrets(box, row)).to.throw(SecretBoxError, 'SEALED_WITH_UNKNOWN_KEY');
  });

  it('that need their owner are not refreshed by anybody', async () => {
    const { id } = await stored();
    await db.store.transaction(em => needReconnect(em, id));
    expect(await read(id)).to.include({ status: 'RECONNECT_NEEDED', nextCheckAt: null });
    expect(await db.store.transaction(em => wakeCredential(em, id))).to.equal(null);
    expect(await read(id)).to.include({ wake: 0, nextCheckAt: null });
  });

  it('are locked by who refreshes them: nobody else reads the old token meanwhile', async () => {
    const { id } = await stored();
    await db.store.transaction(async em => {
      await lockCredential(em, id);
      expect(await refusedLock(db.store, other => lockCredential(other, id))).to.equal(true);
    });
  });
});
