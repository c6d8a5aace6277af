import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { purchasedBy } from '../../bought.ts';
import { type Api, type Json, openApi } from '../../open-api.ts';
import { eventsOf, expectRefused, flipped, post } from '../../post-webhook.ts';
import { expectProblem } from '../../problem.ts';
import { type Sent, signIpcn } from '../../signers.ts';

const secret = 'given out by Payoneer';
const path = '/api/webhooks/payoneer/cancel-payout';

describe('api: Payoneer’s notifications', () => {
  let api: Api;
  let leg: Json;
  let reference: string;
  before(async () => {
    // Registered with Payoneer, whatever a proxy makes of it.
    api = await openApi({ env: { PAYONEER_WEBHOOK_SECRET: secret, PUBLIC_URL: 'https://Shop.Example.com' } });
    const mia = await api.hire();
    await api.rows(`update users set payout_provider = 'payoneer', payout_receiver = 'payee-1' where email = ?`, [
      mia.email,
    ]);
    await api.stage.control('balance', { provider: 'payoneer', currency: 'USD', amountMinor: '1000000' });
    const { orderId } = await purchasedBy(api, mia);
    [leg] = await api.rows(`select * from payout_legs where order_id = ? and beneficiary = 'reseller'`, [orderId]);
    await api.stage.perform('payout', leg.id);
    [{ provider_batch_id: reference }] = (await api.rows('select * from payout_legs where id = ?', [leg.id])) as [Json];
  });
  after(() => api[Symbol.asyncDispose]());
  beforeEach(async () => {
    api.stage.jobs.length = 0;
    await api.rows('delete from inbound_events');
  });

  type Options = Parameters<typeof signIpcn>[3] & { at?: Date; to?: string; key?: string };
  const notify = (
    body: object | string = { IntPaymentId: reference, 'Reason Code': '1' },
    options: Options = {},
  ): Sent => signIpcn(options.key ?? secret, `https://shop.example.com${options.to ?? path}`, body, options);

  it('are stored as they came and wake the leg, which reads its payout back', async () => {
    const sent = notify(undefined, { nonce: 'nonce-1' });
    expect((await post(api, path, sent)).status).to.equal(200);
    const [event] = await eventsOf(api);
    expect(event).to.include({ source: 'payoneer', event_id: 'nonce-1', type: 'CANCEL_PAYOUT', status: 'RECEIVED' });
    expect(Buffer.from(event.body, 'base64')).to.deep.equal(sent.body);
    expect(event.headers).to.deep.equal({});
    const [applied, ...more] = await api.stage.drain();
    expect(applied).to.equal(`apply-event: CANCEL_PAYOUT: the leg of payout ${reference} is read back`);
    expect(more[0]).to.match(/^payout: /);
    const [now] = await api.rows('select status from payout_legs where id = ?', [leg.id]);
    expect(now.status, 'whatever the notification said').to.be.oneOf(['SENT', 'PAID']);
  });

  it('with one nonce are one event, however often they come', async () => {
    const sent = notify();
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(api, path, sent)));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200]);
    expect(await eventsOf(api)).to.have.length(1);
    expect(api.stage.jobs).to.have.length(1);
  });

  it('about somebody else’s payout leave nothing to read', async () => {
    await post(api, path, notify({ IntPaymentId: 'leg-of-nobody' }));
    expect(await api.stage.drain()).to.deep.equal(['apply-event: ignored: it is about nothing of ours']);
  });

  it('about a payee, or of a kind that we do not know, are stored and acknowledged', async () => {
    const to = '/api/webhooks/payoneer/payee-approved';
    expect((await post(api, to, notify({ 'Payee Id': 'payee-1' }, { to }))).status).to.equal(200);
    expect((await eventsOf(api))[0]).to.include({ type: 'PAYEE_APPROVED', status: 'IGNORED' });
    expect(api.stage.jobs).to.deep.equal([]);
  });

  for (const [what, body] of [
    ['name nobody', { Amount: '1' }],
    ['name a payout by a list', { IntPaymentId: ['leg-1'] }],
    ['are no JSON', 'hello'],
    ['are a list', '[]'],
  ] as const)
    it(`with a right signature that ${what} are stored and acknowledged: nothing follows from them`, async () => {
      const signed = notify(body);
      expect((await post(api, path, signed)).status).to.equal(200);
      const [event] = await eventsOf(api);
      expect(event).to.include({ type: 'CANCEL_PAYOUT', status: 'IGNORED' });
      expect(Buffer.from(event.body, 'base64')).to.deep.equal(signed.body);
      expect(api.stage.jobs).to.deep.equal([]);
    });

  const minutes = (count: number) => new Date(Date.now() + count * 60_000);
  const withHeader = (authorization: string): Sent => ({ ...notify(), headers: { authorization } });
  const forgeries: Record<string, () => Sent> = {
    'no signature': () => ({ ...notify(), headers: {} }),
    'an empty signature': () => withHeader(''),
    'another scheme': () => withHeader(notify().headers.authorization!.replace('hmacauth', 'Bearer')),
    'a signature cut off': () => withHeader(notify().headers.authorization!.replace(/.=:/, '=:')),
    'another secret': () => notify(undefined, { key: 'guessed' }),
    'the production sender’s name': () =>
      withHeader(notify().headers.authorization!.replace('-sandbox', '-production')),
    'another algorithm': () => {
      const [, , nonce, at] = notify().headers.authorization!.split(':');
      const signature = createHmac('sha1', secret).update('x').digest('base64');
      return withHeader(`hmacauth Webhook-IPCNSender-sandbox:${signature}:${nonce}:${at}`);
    },
    'a signature for another kind': () => notify(undefined, { to: '/api/webhooks/payoneer/sent-to-bank' }),
    'another body': () => ({ ...notify(), body: Buffer.from(JSON.stringify({ IntPaymentId: 'another' })) }),
    'a byte changed': () => ({ ...notify(), body: flipped(notify().body) }),
    'a body cut off': () => ({ ...notify(), body: notify().body.subarray(0, -1) }),
    'no body': () => ({ ...notify(), body: Buffer.alloc(0) }),
    'an old time': () => notify(undefined, { at: minutes(-6) }),
    'a time to come': () => notify(undefined, { at: minutes(6) }),
  };
  for (const [what, forge] of Object.entries(forgeries))
    it(`are refused with ${what}`, async () => {
      await expectRefused(api, path, forge());
      expect((await post(api, path, notify())).status, 'the genuine one is taken').to.equal(200);
    });

  it('are refused when they are too large, and where no secret is known', async () => {
    await expectRefused(api, path, { ...notify(), body: Buffer.alloc(256 * 1024 + 1, ' ') }, 413, 'BODY_TOO_LARGE');
    await using closed = await openApi();
    expectProblem(await post(closed, path, notify()), 404, 'NOT_FOUND');
  });
});
