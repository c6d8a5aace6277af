import { expect } from 'chai';
import { purchasedBy } from '../../bought.ts';
import { type Api, type Json, type Member, openApi } from '../../open-api.ts';
import { eventsOf, expectRefused, post } from '../../post-webhook.ts';
import { expectProblem } from '../../problem.ts';
import type { Sent } from '../../signers.ts';

const segment = 'an-unguessable-segment-of-forty-characters';
const path = `/api/webhooks/aliexpress/${segment}`;
const json = { 'content-type': 'application/json' };

describe('api: AliExpress’s order messages', () => {
  let api: Api;
  let mia: Member;
  let tom: Member;
  let orderId: string;
  let number: string;
  let accounts: Record<'mia' | 'tom', string>;
  before(async () => {
    api = await openApi({ env: { ALIEXPRESS_WEBHOOK_SEGMENT: segment } });
    [mia, tom] = [await api.hire(), await api.hire()];
    ({ orderId, number } = await purchasedBy(api, mia));
    const accountOf = async ({ aliexpress }: Member): Promise<string> =>
      (await api.rows('select account_id from api_credentials where id = ?', [aliexpress]))[0].account_id;
    accounts = { mia: await accountOf(mia), tom: await accountOf(tom) };
  });
  after(() => api[Symbol.asyncDispose]());
  beforeEach(async () => {
    api.stage.jobs.length = 0;
    await api.rows('delete from inbound_events');
  });

  let second = 1_790_000_000;
  /** The order's number is a bare JSON number, beyond 2^53. */
  const message = (facts: { number?: string; status?: string; seller?: string; data?: string } = {}): Sent => {
    const data =
      facts.data ??
      `{"buyerId":1,"orderId":${facts.number ?? number},"orderStatus":"${facts.status ?? 'OrderShipped'}"}`;
    const seller = facts.seller ?? accounts.mia;
    second += 1;
    const text = `{"data":${data},"message_type":53,"seller_id":"${seller}","site":"ae_global","timestamp":${second}}`;
    return { headers: json, body: Buffer.from(text) };
  };
  const numberTaken = async (sent: Sent): Promise<Json> => {
    expect((await post(api, path, sent)).status).to.equal(200);
    return (await eventsOf(api)).at(-1);
  };

  it('are stored as they came and wake the order, which reads itself back', async () => {
    const sent = message();
    const event = await numberTaken(sent);
    expect(event).to.include({ source: 'aliexpress', type: 'OrderShipped', status: 'RECEIVED' });
    expect(event.credential_id).to.equal(mia.aliexpress);
    expect(Buffer.from(event.body, 'base64')).to.deep.equal(sent.body);
    expect(api.stage.jobs.map(({ queue }) => queue)).to.deep.equal(['apply-event']);
    const said = await api.stage.drain();
    expect(said[0]).to.equal(`apply-event: OrderShipped: AliExpress order ${number} is read back`);
    expect(said[1]).to.equal('track-shipment: still PAID');
    expect(await api.stage.order(orderId), 'whatever the message said').to.include({ status: 'PURCHASED' });
  });

  it('are stored once, however often they come', async () => {
    const sent = message();
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(api, path, sent)));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200]);
    expect(await eventsOf(api)).to.have.length(1);
    expect(api.stage.jobs).to.have.length(1);
  });

  it('about an order that we do not know leave nothing to read', async () => {
    await numberTaken(message({ number: '9007199254740993' }));
    expect(await api.stage.drain()).to.deep.equal(['apply-event: ignored: it is about nothing of ours']);
  });

  it('about something else are stored and acknowledged', async () => {
    expect(await numberTaken(message({ data: '{"expires":"soon"}' }))).to.include({
      type: 'MESSAGE_53',
      status: 'IGNORED',
    });
    expect(api.stage.jobs).to.deep.equal([]);
  });

  for (const [what, data] of [
    ['without its status', (order: string) => `{"buyerId":1,"orderId":${order}}`],
    ['with a status in a new form', (order: string) => `{"orderId":${order},"orderStatus":{"code":7}}`],
    ['without its buyer', (order: string) => `{"buyerId":null,"orderId":"${order}","orderStatus":"OrderShipped"}`],
  ] as const)
    it(`about an order ${what} were refused: they wake it all the same`, async () => {
      expect(await numberTaken(message({ data: data(number) }))).to.include({ status: 'RECEIVED' });
      expect(api.stage.jobs.map(({ queue }) => queue)).to.deep.equal(['apply-event']);
    });

  it('are believed to be about the order’s own account only', async () => {
    await expectRefused(api, path, message({ seller: accounts.tom }));
    await expectRefused(api, path, message({ seller: '424242', number: '9007199254740993' }));
    expect((await post(api, path, message({ seller: '424242' }))).status, 'whose id it is, nobody documents').to.equal(
      200,
    );
  });

  it('are refused at any other path', async () => {
    for (const other of [segment.slice(0, -1), `${segment}x`, segment.toUpperCase(), 'x'])
      await expectRefused(api, `/api/webhooks/aliexpress/${other}`, message(), 404, 'NOT_FOUND');
    await using closed = await openApi();
    expectProblem(await post(closed, path, message()), 404, 'NOT_FOUND');
    expectProblem(await post(closed, '/api/webhooks/aliexpress/undefined', message()), 404, 'NOT_FOUND');
  });

  const odd: Record<string, Sent> = {
    'no body': { headers: json, body: Buffer.alloc(0) },
    'no JSON': { headers: json, body: Buffer.from('hello') },
    'no account': { headers: json, body: Buffer.from('{"data":{"orderId":1,"orderStatus":"OrderShipped"}}') },
  };
  for (const [what, sent] of Object.entries(odd))
    it(`are refused with ${what}`, async () => {
      await expectRefused(api, path, sent);
    });
  it('are refused cut off, with a path for a number, or too large', async () => {
    const { headers, body } = message();
    await expectRefused(api, path, { headers, body: body.subarray(0, -1) });
    await expectRefused(api, path, message({ number: '"../1"' }));
    await expectRefused(api, path, { headers, body: Buffer.alloc(256 * 1024 + 1, ' ') }, 413, 'BODY_TOO_LARGE');
  });
});
