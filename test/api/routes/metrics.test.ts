import { expect } from 'chai';
import { type Api, openApi } from '../open-api.ts';
import { expectProblem } from '../problem.ts';

const dayMs = 86_400_000;
const token = 'metrics-token-of-the-test';

describe('api: metrics', () => {
  let api: Api;
  before(async () => {
    api = await openApi({ env: { METRICS_TOKEN: token } });
  });
  after(() => api[Symbol.asyncDispose]());

  const scrape = async (): Promise<string> => {
    const answer = await api.call('GET', '/metrics', { as: { token } });
    expect(answer.status, answer.text).to.equal(200);
    return answer.text;
  };
  const value = (text: string, series: string): number =>
    Number(
      text
        .split('\n')
        .find(line => line.startsWith(`${series} `))
        ?.split(' ')
        .at(-1),
    );

  it('are for who has the token', async () => {
    expectProblem(await api.call('GET', '/metrics'), 401, 'METRICS_TOKEN_WRONG');
    expectProblem(await api.call('GET', '/metrics', { as: { token: `${token}x` } }), 401, 'METRICS_TOKEN_WRONG');
    expectProblem(await api.call('GET', '/metrics', { as: api.admin }), 401, 'METRICS_TOKEN_WRONG');
  });

  it('tell when the last sweep came to its end', async () => {
    expect(value(await scrape(), 'sweep_last_timestamp_seconds')).to.equal(0);
    await api.stage.sweepAndDrain();
    expect(value(await scrape(), 'sweep_last_timestamp_seconds') * 1_000).to.be.within(Date.now() - 60_000, Date.now());
  });

  it('tell days before that an account has to be connected again, and which ones have to now', async () => {
    const seller = await api.hire();
    await api.rows('update api_credentials set refresh_expires_at = ? where id = ?', [
      new Date(Date.now() + 3 * dayMs),
      seller.ebay.id,
    ]);
    await api.rows(`update api_credentials set status = 'RECONNECT_NEEDED' where id = ?`, [seller.mercadolibre.id]);
    const text = await scrape();
    const left = value(text, `connection_consent_ends_seconds{provider="ebay",connection="${seller.ebay.id}"}`);
    expect(left).to.be.within(3 * 86_400 - 60, 3 * 86_400);
    expect(value(text, 'connections{provider="ebay",health="expiring"}')).to.equal(1);
    expect(value(text, 'connections{provider="mercadolibre",health="reconnect needed"}')).to.equal(1);
    expect(text).not.to.include(seller.email.split('@')[0]);
  });

  it('tell of events that failed, and of those that wait for too long', async () => {
    await api.rows(
      `insert into inbound_events (id, source, event_id, type, headers, body, status, received_at)
       select gen_random_uuid(), 'ebay', 'metrics-' || state || n, 'x', '{}', '', state, now() - interval '1 hour'
       from (values ('FAILED', 1), ('FAILED', 2), ('RECEIVED', 1), ('IGNORED', 1)) as e (state, n)`,
    );
    const text = await scrape();
    expect(value(text, 'inbound_events_untaken{state="failed"}')).to.equal(2);
    expect(value(text, 'inbound_events_untaken{state="waiting"}')).to.equal(1);
  });

  it('tell that tokens are not renewed in time', async () => {
    const seller = await api.hire();
    expect(value(await scrape(), 'token_refresh_overdue_seconds')).to.equal(0);
    await api.rows(`update api_credentials set refresh_at = now() - interval '1 hour' where id = ?`, [seller.ebay.id]);
    expect(value(await scrape(), 'token_refresh_overdue_seconds')).to.be.within(3_590, 3_700);
  });
});
