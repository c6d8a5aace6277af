import { randomBytes, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { CredentialId } from '../../../domain/ids.ts';
import { createSecretBox } from '../../../runtime/secrets/secret-box.ts';
import {
  holdsAccount,
  keepCookies,
  keepShopLogin,
  leaseAccount,
  openShopSecrets,
  pauseAccount,
  releaseAccount,
  renewLease,
  returnAccount,
  type ShopAccount,
  shopAccount,
} from '../../../store/connections/shop-accounts.ts';
import { openStore, type Store } from '../../../store/database/open.ts';
import { until } from '../../support/until.ts';
import { insertCredential, openTestStore, type TestStore } from '../fixtures.ts';

const longMs = 60_000;
/** Orders. */
const [one, two] = [randomUUID(), randomUUID()];

describe('a log-in at the supplier’s shop', () => {
  const box = createSecretBox([{ id: '1', key: randomBytes(32) }]);
  let db: TestStore;
  let other: Store;
  let id: CredentialId;
  before(async () => {
    db = await openTestStore();
    other = await openStore(db.url, 8);
  });
  after(async () => {
    await other?.close();
    await db?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    id = await db.store.transaction(insertCredential);
    await db.store.transaction(em => keepShopLogin(em, box, id, 'first'));
  });

  const lease = (holder: string, ms = longMs, store = db.store) =>
    store.transaction(em => leaseAccount(em, id, holder, ms));
  const giveBack = (holder: string, paceMs = 0) => db.store.transaction(em => returnAccount(em, id, holder, paceMs));
  const account = async (): Promise<ShopAccount> => {
    const row = await db.store.read(em => shopAccount(em, id));
    if (!row) throw new Error('it is gone');
    return row;
  };
  const secrets = async () => openShopSecrets(box, await account());

  it('is bought with by one order, however many processes want it at once', async () => {
    const wanted = Array.from({ length: 12 }, (_, index) => lease(randomUUID(), longMs, index % 2 ? db.store : other));
    expect((await Promise.all(wanted)).filter(Boolean)).to.have.length(1);
  });

  it('is for the next order when it was given back, and only its holder gives it back', async () => {
    expect(await lease(one)).to.equal(true);
    await giveBack(two);
    expect(await lease(two)).to.equal(false);
    await giveBack(one);
    await until(() => lease(two));
  });

  it('is left alone for a while after a purchase, also by the order that had it', async () => {
    await lease(one);
    await giveBack(one, longMs);
    expect([await lease(two), await lease(one)]).to.deep.equal([false, false]);
  });

  it('is kept while it is renewed, and free by itself when its holder has died', async () => {
    const renew = (holder: string, ms: number) => db.store.transaction(em => renewLease(em, id, holder, ms));
    const holds = (holder: string) => db.store.transaction(em => holdsAccount(em, id, holder));
    await lease(one, longMs);
    expect(await lease(one, longMs), 'nobody takes it twice').to.equal(false);
    expect([await renew(two, longMs), await renew(one, 1_000)]).to.deep.equal([false, true]);
    expect([await holds(one), await holds(two), await lease(two)]).to.deep.equal([true, false, false]);
    await until(() => lease(two));
    expect([await renew(one, longMs), await holds(one), await holds(two)]).to.deep.equal([false, false, true]);
  });

  it('is paused for the first reason, and released once', async () => {
    await db.store.transaction(em => pauseAccount(em, id, 'CAPTCHA'));
    await db.store.transaction(em => pauseAccount(em, id, 'TWO_FACTOR'));
    expect((await account()).pausedFor).to.equal('CAPTCHA');
    const released = [0, 1].map(() => db.store.transaction(em => releaseAccount(em, id)));
    expect(await Promise.all(released)).to.have.members([true, false]);
    expect((await account()).pausedFor).to.equal(null);
  });

  const cookie = { name: 'session', value: 'token', domain: 'shop.example', path: '/', expires: -1 };

  it('keeps its session sealed, and loses it with a new password', async () => {
    const visited = await account();
    await db.store.transaction(em => keepCookies(em, box, visited, [cookie]));
    expect(await secrets()).to.deep.equal({ password: 'first', cookies: [cookie] });
    expect((await account()).sealed).not.to.contain('token');
    await db.store.transaction(em => pauseAccount(em, id, 'CAPTCHA'));
    await db.store.transaction(em => keepShopLogin(em, box, id, 'second'));
    expect(await secrets()).to.deep.equal({ password: 'second', cookies: [] });
    expect((await account()).pausedFor, 'somebody has looked after it').to.equal(null);
  });

  it('does not get its old password back from a visit that was under way when it was changed', async () => {
    const visited = await account();
    await db.store.transaction(em => keepShopLogin(em, box, id, 'second'));
    await db.store.transaction(em => keepCookies(em, box, visited, [cookie]));
    expect(await secrets()).to.deep.equal({ password: 'second', cookies: [] });
  });
});
