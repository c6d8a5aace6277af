import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { UserId } from '../../../domain/ids.ts';
import { createSecretBox } from '../../../runtime/secrets/secret-box.ts';
import { replacedInUse } from '../../../store/connections/account-still-needed.ts';
import { keepBrowserLogin } from '../../../store/connections/browser-login.ts';
import { claimShopLogin } from '../../../store/connections/claim-shop-login.ts';
import { disconnect } from '../../../store/connections/connect.ts';
import { credentialByAccount } from '../../../store/connections/credentials.ts';
import type { Credential } from '../../../store/entities/people.ts';
import { insertUser, openTestStore, type TestStore } from '../fixtures.ts';

const environment = 'sandbox' as const;
let count = 0;

describe('a log-in at the supplier’s shop that several name', () => {
  const box = createSecretBox([{ id: '1', key: randomBytes(32) }]);
  let db: TestStore;
  let email: string;
  let [mia, tom]: [UserId, UserId] = ['' as UserId, '' as UserId];
  before(async () => {
    db = await openTestStore();
  });
  after(() => db?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    count += 1;
    email = `shop-${count}@example.com`;
    [mia, tom] = await db.store.transaction(async em => [await insertUser(em), await insertUser(em)]);
  });

  const name = (userId: UserId, accountId = email): Promise<Credential> =>
    db.store.transaction(em =>
      keepBrowserLogin(em, box, { userId, environment, email: accountId, password: 'x', moneyHolder: 'reseller' }),
    );
  const getIn = ({ id }: Credential) => db.store.transaction(em => claimShopLogin(em, id));
  const owner = () => db.store.read(em => credentialByAccount(em, 'aliexpress', environment, email));

  it('is nobody’s until somebody gets in, and theirs then', async () => {
    const [hers, his] = [await name(mia), await name(tom)];
    expect(hers.id).not.to.equal(his.id);
    expect(await owner()).to.equal(null);
    expect(await getIn(his)).to.equal(true);
    expect(await owner()).to.include({ id: his.id });
    expect(await getIn(hers)).to.equal(false);
    expect(await getIn(his), 'again').to.equal(true);
  });

  it('stays whose it is when others name it, or its owner enters another password', async () => {
    const hers = await name(mia);
    await getIn(hers);
    await name(tom);
    const again = await name(mia);
    expect(again).to.include({ id: hers.id, status: 'HEALTHY' });
    expect(await owner()).to.include({ id: hers.id });
  });

  it('belongs to one when several get in at once', async () => {
    const users = await db.store.transaction(async em => [mia, tom, await insertUser(em), await insertUser(em)]);
    const named = [];
    for (const user of users) named.push(await name(user));
    const claims = await Promise.all(named.map(getIn));
    expect(claims.filter(Boolean)).to.have.length(1);
  });

  it('is free again when its owner lets it go, and cannot be claimed by who has let it go', async () => {
    const [hers, his] = [await name(mia), await name(tom)];
    await getIn(hers);
    await db.store.transaction(em => disconnect(em, hers.id));
    expect(await getIn(hers)).to.equal(false);
    expect(await getIn(his)).to.equal(true);
    await name(mia);
    expect(await owner()).to.include({ id: his.id });
  });

  it('tells nobody what its owner has under way with it', async () => {
    const hers = await name(mia);
    await getIn(hers);
    await name(tom);
    await db.store.transaction(em =>
      em.execute(
        `insert into effects (id, purpose, subject, generation, route, account, environment, idempotency_key, request,
           status, sends, first_sent_at, last_sent_at)
         values (gen_random_uuid(), 'buy', gen_random_uuid(), 1, 'aliexpress-browser', ?, ?, ?, '{}', 'OPEN', 1,
           clock_now(), clock_now())`,
        [email, environment, `key-${email}`],
      ),
    );
    const replace = (userId: UserId) =>
      db.store.transaction(em =>
        replacedInUse(em, { userId, apiName: 'aliexpress', environment, accountId: 'other@example.com' }),
      );
    expect(await replace(tom)).to.equal(undefined);
    expect(await replace(mia)).to.include({ account: email, effects: 1 });
  });
});
