import { expect } from 'chai';
import { until } from '../support/until.ts';
import { fillCart } from './cart.ts';
import { type Api, type Delivery, type Json, type Member, openApi } from './open-api.ts';
import { bytes, delivered, eventsOf, expectRefused, flipped, post } from './post-webhook.ts';
import { ownPayPal, paypalEvent, type Sent } from './signers.ts';

const path = '/api/webhooks/paypal';

describe('api: PayPal’s webhooks', () => {
  let api: Api;
  let mia: Member;
  before(async () => {
    api = await openApi();
    mia = await api.hire();
  });
  after(() => api[Symbol.asyncDispose]());
  beforeEach(async () => {
    api.stage.jobs.length = 0;
    await api.rows('delete from inbound_events');
  });

  const approval = async (): Promise<() => Promise<Json>> => {
    const { paypalOrderId } = await fillCart(api, await api.stage.stockUp(mia));
    return () => api.stage.control('approve', { paypalOrderId });
  };
  const genuine = async (): Promise<Delivery> => {
    const [delivery] = await delivered(api, await approval());
    await until(() => api.stage.jobs.length === 1);
    api.stage.jobs.length = 0;
    await api.rows('delete from inbound_events');
    return delivery as Delivery;
  };

  it('are stored as they came, before they are answered, and leave a job', async () => {
    const [delivery] = await delivered(api, await approval());
    await until(() => api.stage.jobs.length === 1);
    const [event, ...more] = await eventsOf(api);
    expect(more).to.deep.equal([]);
    const { headers, body } = delivery as Delivery;
    expect(event).to.deep.include({
      source: 'paypal',
      event_id: JSON.parse(body.toString()).id,
      type: 'CHECKOUT.ORDER.APPROVED',
      status: 'RECEIVED',
      credential_id: null,
      body: body.toString('base64').replace(/.{76}/g, '$&\n'),
    });
    const kept = ['paypal-auth-algo', 'paypal-cert-url', 'paypal-transmission-id', 'paypal-transmission-time'];
    expect(event.headers).to.deep.equal(Object.fromEntries(kept.map(name => [name, headers[name]])));
    expect(api.stage.jobs.map(({ queue }) => queue)).to.deep.equal(['apply-event']);
  });

  it('five times the same, also at once, are one event and one job', async () => {
    const sent = await genuine();
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(api, path, sent)));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200]);
    expect((await post(api, path, sent)).status).to.equal(200);
    expect(await eventsOf(api)).to.have.length(1);
    expect(api.stage.jobs).to.have.length(1);
  });

  const without = (sent: Sent, name: string): Sent => {
    const { [name]: _gone, ...headers } = sent.headers;
    return { ...sent, headers };
  };
  const withHeader = (sent: Sent, name: string, value: string): Sent => ({
    ...sent,
    headers: { ...sent.headers, [name]: value },
  });
  const signatureOf = (sent: Sent) => Buffer.from(sent.headers['paypal-transmission-sig'] ?? '', 'base64');
  const certUrl = (sent: Sent) => new URL(sent.headers['paypal-cert-url'] ?? '');
  const sameBody = (sent: Sent) => JSON.parse(sent.body.toString());

  const forgeries: Record<string, (sent: Sent) => Sent> = {
    'no transmission id': sent => without(sent, 'paypal-transmission-id'),
    'no time': sent => without(sent, 'paypal-transmission-time'),
    'no signature': sent => without(sent, 'paypal-transmission-sig'),
    'no certificate': sent => without(sent, 'paypal-cert-url'),
    'no algorithm': sent => without(sent, 'paypal-auth-algo'),
    'no header at all': ({ body }) => ({ headers: { 'content-type': 'application/json' }, body }),
    'another transmission id': sent =>
      withHeader(sent, 'paypal-transmission-id', '00000000-0000-4000-8000-000000000000'),
    'another time': sent => withHeader(sent, 'paypal-transmission-time', '2026-01-01T00:00:00Z'),
    'a wrong signature': sent =>
      withHeader(sent, 'paypal-transmission-sig', flipped(signatureOf(sent)).toString('base64')),
    'a signature cut off': sent =>
      withHeader(sent, 'paypal-transmission-sig', signatureOf(sent).subarray(0, -1).toString('base64')),
    'a signature of nothing': sent => withHeader(sent, 'paypal-transmission-sig', 'AAAA'),
    'the algorithm SHA1withRSA': sent => withHeader(sent, 'paypal-auth-algo', 'SHA1withRSA'),
    'the algorithm none': sent => withHeader(sent, 'paypal-auth-algo', 'none'),
    'another body': sent => ({ ...sent, body: Buffer.from(JSON.stringify({ ...sameBody(sent), id: 'WH-1-1' })) }),
    'a byte changed': sent => ({ ...sent, body: flipped(sent.body) }),
    'the same JSON in other bytes': sent => ({ ...sent, body: Buffer.from(JSON.stringify(sameBody(sent), null, 1)) }),
    'a body cut off': sent => ({ ...sent, body: sent.body.subarray(0, -1) }),
    'no body': sent => ({ ...sent, body: Buffer.alloc(0) }),
    'a certificate elsewhere': sent =>
      withHeader(sent, 'paypal-cert-url', `https://evil.example${certUrl(sent).pathname}`),
    'a certificate on a host that only starts like PayPal’s': sent =>
      withHeader(sent, 'paypal-cert-url', `https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1`),
    'a certificate behind another path of the same host': sent =>
      withHeader(sent, 'paypal-cert-url', `${certUrl(sent).origin}/paypal/v1/notifications/certs/../../oauth2/token`),
    'a certificate with a query': sent => withHeader(sent, 'paypal-cert-url', `${certUrl(sent)}?x=1`),
    'a certificate that is not there': sent =>
      withHeader(sent, 'paypal-cert-url', certUrl(sent).href.replace(/CERT-.*/, 'CERT-MADE-UP')),
    'a certificate in a file': sent => withHeader(sent, 'paypal-cert-url', 'file:///etc/passwd'),
  };
  for (const [what, forge] of Object.entries(forgeries)) {
    it(`are refused with ${what}`, async () => {
      const sent = await genuine();
      await expectRefused(api, path, forge(sent));
      expect((await post(api, path, sent)).status, 'the genuine one is taken').to.equal(200);
    });
  }

  it('are refused when they were sent to another application’s webhook', async () => {
    const sent = await genuine();
    await using other = await openApi({
      deps: deps => ({
        paypalTrust: {
          ...deps.paypalTrust,
          webhookId: 'somebody-elses',
          allowedBaseUrl: api.stage.config.paypal.baseUrl,
        },
      }),
    });
    await expectRefused(other, path, sent);
  });

  it('are refused when they are too large, or compressed', async () => {
    const sent = await genuine();
    const filled = { ...sent, body: Buffer.concat([sent.body, Buffer.alloc(256 * 1024, ' ')]) };
    await expectRefused(api, path, filled, 413, 'BODY_TOO_LARGE');
    await expectRefused(api, path, withHeader(sent, 'content-encoding', 'gzip'), 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  it('are taken whatever their content type says: the bytes are signed', async () => {
    const sent = await genuine();
    expect((await post(api, path, withHeader(sent, 'content-type', 'text/plain'))).status).to.equal(200);
    const [event] = await eventsOf(api);
    expect(Buffer.from(event.body, 'base64')).to.deep.equal(Buffer.from(bytes(sent.body)));
  });

  describe('of every kind', () => {
    let own: Awaited<ReturnType<typeof ownPayPal>>;
    let other: Api;
    before(async () => {
      own = await ownPayPal('their-webhook');
      other = await openApi({ deps: () => ({ paypalTrust: own.trust }) });
    });
    after(() => other[Symbol.asyncDispose]());
    beforeEach(() => other.rows('delete from inbound_events'));

    for (const [type, status] of [
      ['CHECKOUT.ORDER.APPROVED', 'RECEIVED'],
      ['PAYMENT.CAPTURE.REFUNDED', 'RECEIVED'],
      ['PAYMENT.PAYOUTS-ITEM.UNCLAIMED', 'RECEIVED'],
      ['PAYMENT.PAYOUTSBATCH.SUCCESS', 'RECEIVED'],
      ['BILLING.SUBSCRIPTION.CREATED', 'IGNORED'],
      ['SOMETHING.NEW.FROM-NEXT_YEAR', 'IGNORED'],
    ] as const) {
      it(`${type} is stored and acknowledged: ${status}`, async () => {
        other.stage.jobs.length = 0;
        expect((await post(other, path, await own.sign(paypalEvent(type)))).status).to.equal(200);
        expect((await eventsOf(other)).map(event => [event.type, event.status])).to.deep.equal([[type, status]]);
        expect(other.stage.jobs).to.have.length(status === 'RECEIVED' ? 1 : 0);
      });
    }

    for (const [what, event] of [
      ['is no JSON', 'hello'],
      ['has no id', { ...paypalEvent('PAYMENT.CAPTURE.COMPLETED'), id: undefined }],
      ['has an id that is none', { ...paypalEvent('PAYMENT.CAPTURE.COMPLETED'), id: 'WH-\u0000' }],
      ['has a type that is none', paypalEvent('drop table')],
      ['has no resource', { ...paypalEvent('PAYMENT.CAPTURE.COMPLETED'), resource: null }],
    ] as const) {
      it(`a signed body that ${what} is refused all the same`, async () => {
        await expectRefused(other, path, await own.sign(event));
      });
    }
  });
});
