import { expect } from 'chai';
import { hashPassword } from '../../../runtime/secrets/password.ts';
import { type Api, type Member, openApi } from '../open-api.ts';

const password = 'a long password of mine';

describe('api: where my payouts go', () => {
  let api: Api;
  let mia: Member;
  before(async () => {
    api = await openApi();
    mia = await api.hire();
    await api.rows('update users set password_hash = ? where id = ?', [await hashPassword(password), mia.id]);
  });
  after(() => api[Symbol.asyncDispose]());
  const path = '/api/me/payout-receiver';
  const change = (body: object) => api.call('PUT', path, { as: mia, body: { password, ...body } });
  const looks = async () => (await api.call('GET', path, { as: mia })).json;

  it('needs the password again', async () => {
    const answer = await change({ provider: 'paypal', receiver: 'new@example.com', password: 'somebody else’s' });
    expect([answer.status, answer.json.code]).to.deep.equal([422, 'PASSWORD_WRONG']);
    expect((await looks()).resting).to.equal(null);
  });

  for (const [provider, receiver] of [
    ['paypal', 'not-an-address'],
    ['payoneer', 'me@example.com'],
    ['payoneer', 'a payee'],
  ])
    it(`has the shape of one at ${provider}: ${receiver} has not`, async () => {
      expect((await change({ provider, receiver })).json).to.include({ status: 400, code: 'INVALID_INPUT' });
    });

  it('changes after two days, and the change can be cancelled meanwhile', async () => {
    const { present, resting } = (await change({ provider: 'payoneer', receiver: 'payee-1' })).json;
    expect(present).to.deep.equal({ provider: 'paypal', receiver: mia.email });
    expect(resting).to.include({ provider: 'payoneer', receiver: 'payee-1' });
    const restsMs = new Date(resting.holdsFrom).getTime() - Date.now();
    expect(Math.round(restsMs / 3_600_000)).to.equal(48);
    expect((await api.call('DELETE', path, { as: mia })).json.resting).to.equal(null);
    expect((await api.call('DELETE', path, { as: mia })).json.code).to.equal('NO_CHANGE_RESTS');
    await change({ provider: 'payoneer', receiver: 'payee-2' });
    await api.rows('update receiver_changes set holds_from = clock_now() where receiver = ?', ['payee-2']);
    expect((await looks()).present).to.deep.equal({ provider: 'payoneer', receiver: 'payee-2' });
  });

  it('is told to the address that payouts leave, and to the one that the account logs in with', async () => {
    const tom = await api.hire();
    await api.rows(
      `update users set password_hash = ?, payout_receiver = 'old@example.com', payout_provider = 'paypal' where id = ?`,
      [await hashPassword(password), tom.id],
    );
    const body = { provider: 'paypal', receiver: 'thief@example.com', password };
    expect((await api.call('PUT', path, { as: tom, body })).status).to.equal(200);
    const { notices } = (await api.call('GET', '/api/auth/notices', { as: tom })).json;
    expect(notices.map(({ address }: { address: string }) => address)).to.have.members(['old@example.com', tom.email]);
    expect(notices[0].kind).to.equal('payout-receiver-changes');
    expect(notices[0].facts).to.include({ from: 'old@example.com', to: 'thief@example.com' });
    expect(Date.parse(notices[0].facts.holdsFrom)).to.be.greaterThan(Date.now());
  });
});
