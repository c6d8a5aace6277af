import { expect } from 'chai';
import { until } from '../../../support/until.ts';
import { fillCart } from '../../cart.ts';
import { type Api, type Delivery, type Json, type Member, openApi } from '../../open-api.ts';
import { bytes, delivered, eventsOf, expectRefused, flipped, post } from '../../post-webhook.ts';
import { expectProblem } from '../../problem.ts';
import { ownPayPal, paypalEvent, type Sent } from '../../signers.ts';

const path = '/api/webhooks/paypal';

describe('api: PayPal’s webhooks', () => {
  let api: Api;
  let mia: Member;
  let sent: Sent;
  before(async () => {
    api = await openApi();
    mia = await api.hire();
    [sent] = (await delivered(api, await approval())) as [Delivery];
    await until(() => api.stage.jobs.length === 1);
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
      body: body.toString('base64'),
    });
    const kept = ['paypal-auth-algo', 'paypal-cert-url', 'paypal-transmission-id', 'paypal-transmission-time'];
    expect(event.headers).to.deep.equal(Object.fromEntries(kept.map(name => [name, headers[name]])));
    expect(api.stage.jobs.map(({ queue }) => queue)).to.deep.equal(['apply-event']);
  });

  it('of a shape that no table has are acknowledged as well, and leave nothing to do', async () => {
    const document = {
      id: 'WH-1',
      event_type: 'BILLING.SUBSCRIPTION.CREATED',
      resource_type: 'Agreement',
      resource: { id: 'I-1' },
    };
    await delivered(api, () => api.stage.control('paypal-event', { document }));
    await delivered(api, () => api.stage.control('paypal-event', { document: { id: 'EV-2', resource: null } }));
    const stored = await until(async () => {
      const events = await eventsOf(api);
      return events.length === 2 && events;
    });
    expect(stored.map(({ event_id, type, status }) => [event_id, type, status])).to.deep.equal([
      ['WH-1', 'BILLING.SUBSCRIPTION.CREATED', 'IGNORED'],
      ['EV-2', 'UNKNOWN', 'IGNORED'],
    ]);
    expect(api.stage.jobs).to.deep.equal([]);
  });

  it('five times the same, also at once, are one event and one job', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(api, path, sent)));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200]);
    expect((await post(api, path, sent)).status).to.equal(200);
    expect(await eventsOf(api)).to.have.length(1);
    expect(api.stage.jobs).to.have.length(1);
  });

  const without = (name: string): Sent => {
    const { [name]: _gone, ...headers } = sent.headers;
    return { ...sent, headers };
  };
  const withHeader = (name: string, value: string): Sent => ({
    ...sent,
    headers: { ...sent.headers, [name]: value },
  });
  const signature = () => Buffer.from(sent.headers['paypal-transmission-sig'] ?? '', 'base64');
  const certUrl = () => new URL(sent.headers['paypal-cert-url'] ?? '');
  const sameBody = () => JSON.parse(sent.body.toString());

  const forgeries: Record<string, () => Sent> = {
    'no transmission id': () => without('paypal-transmission-id'),
    'no time': () => without('paypal-transmission-time'),
    'no signature': () => without('paypal-transmission-sig'),
    'no certificate': () => without('paypal-cert-url'),
    'no algorithm': () => without('paypal-auth-algo'),
    'no header at all': () => ({ headers: { 'content-type': 'application/json' }, body: sent.body }),
    'another transmission id': () => withHeader('paypal-transmission-id', '00000000-0000-4000-8000-000000000000'),
    'another time': () => withHeader('paypal-transmission-time', '2026-01-01T00:00:00Z'),
    'a wrong signature': () => withHeader('paypal-transmission-sig', flipped(signature()).toString('base64')),
    'a signature cut off': () => withHeader('paypal-transmission-sig', signature().subarray(0, -1).toString('base64')),
    'a signature of nothing': () => withHeader('paypal-transmission-sig', 'AAAA'),
    'the algorithm SHA1withRSA': () => withHeader('paypal-auth-algo', 'SHA1withRSA'),
    'the algorithm none': () => withHeader('paypal-auth-algo', 'none'),
    'another body': () => ({ ...sent, body: Buffer.from(JSON.stringify({ ...sameBody(), id: 'WH-1-1' })) }),
    'a byte changed': () => ({ ...sent, body: flipped(sent.body) }),
    'the same JSON in other bytes': () => ({ ...sent, body: Buffer.from(JSON.stringify(sameBody(), null, 1)) }),
    'a body cut off': () => ({ ...sent, body: sent.body.subarray(0, -1) }),
    'no body': () => ({ ...sent, body: Buffer.alloc(0) }),
    'a certificate elsewhere': () => withHeader('paypal-cert-url', `https://evil.example${certUrl().pathname}`),
    'a certificate on a host that only starts like PayPal’s': () =>
      withHeader('paypal-cert-url', `https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1`),
    'a certificate behind another path of the same host': () =>
      withHeader('paypal-cert-url', `${certUrl().origin}/paypal/v1/notifications/certs/../../oauth2/token`),
    'a certificate with a query': () => withHeader('paypal-cert-url', `${certUrl()}?x=1`),
    'a certificate that is not there': () =>
      withHeader('paypal-cert-url', certUrl().href.replace(/CERT-.*/, 'CERT-MADE-UP')),
    'a certificate in a file': () => withHeader('paypal-cert-url', 'file:///etc/passwd'),
  };
  for (const [what, forge] of Object.entries(forgeries)) {
    it(`are refused with ${what}`, async () => {
      await expectRefused(api, path, forge());
      expect((await post(api, path, sent)).status, 'the genuine one is taken').to.equal(200);
    });
  }

  it('are refused when they were sent to another application’s webhook', async () => {
    await using other = await openApi({
      deps: deps => ({
        paypalTrust: {
          ...deps.paypalTrust,
          applications: [{ clientId: 'somebody-elses', webhookId: 'somebody-elses' }],
          allowedBaseUrl: api.stage.config.paypal.baseUrl,
        },
      }),
    });
    await expectRefused(other, path, sent);
  });

  it('that name certificates nobody has heard of cost three fetches a minute; the genuine are taken all the while', async () => {
    const url = `${api.stage.config.paypal.baseUrl}/v1/notifications/certs/CERT-`;
    const answers = [];
    for (let number = 0; number < 10; number += 1)
      answers.push(await post(api, path, withHeader('paypal-cert-url', `${url}${number}-made-up`)));
    expect(answers.map(({ status }) => status).slice(-7)).to.deep.equal(Array(7).fill(429));
    expectProblem(answers.at(-1) as (typeof answers)[number], 429, 'WEBHOOK_KEYS_LIMITED');
    expect(await eventsOf(api)).to.deep.equal([]);
    expect((await post(api, path, sent)).status).to.equal(200);
  });

  it('are refused when they are too large, or compressed', async () => {
    const filled = { ...sent, body: Buffer.concat([sent.body, Buffer.alloc(256 * 1024, ' ')]) };
    await expectRefused(api, path, filled, 413, 'BODY_TOO_LARGE');
    await expectRefused(api, path, withHeader('content-encoding', 'gzip'), 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  it('are taken whatever their content type says: the bytes are signed', async () => {
    expect((await post(api, path, withHeader('content-type', 'text/plain'))).status).to.equal(200);
    const [event] = await eventsOf(api);
    expect(Buffer.from(event.body, 'base64')).to.deep.equal(Buffer.from(bytes(sent.body)));
  });

  describe('of every kind', () => {
    let own: Awaited<ReturnType<typeof ownPayPal>>;
    let other: Api;
    before(async () => {
      own = await ownPayPal('their-webhook');
      other = await openApi({ deps: () => own.deps });
    });
    after(() => other[Symbol.asyncDispose]());
    beforeEach(() => other.rows('delete from inbound_events'));

    for (const [type, status] of [
      ['CHECKOUT.ORDER.APPROVED', 'RECEIVED'],
      ['PAYMENT.CAPTURE.REFUNDED', 'RECEIVED'],
      ['PAYMENT.PAYOUTS-ITEM.UNCLAIMED', 'RECEIVED'],
      ['PAYMENT.PAYOUTSBATCH.SUCCESS', 'RECEIVED'],
      ['CUSTOMER.DISPUTE.CREATED', 'RECEIVED'],
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

    const capture = paypalEvent('PAYMENT.CAPTURE.COMPLETED');
    const without = (key: string) => Object.fromEntries(Object.entries(capture).filter(([name]) => name !== key));
    for (const [what, event, type] of [
      [
        'a resource type that is spelled otherwise',
        {
          ...paypalEvent('BILLING.SUBSCRIPTION.CREATED', { id: 'I-1' }),
          id: 'WH-1',
          resource_type: 'Agreement',
        },
        'BILLING.SUBSCRIPTION.CREATED',
      ],
      ['no type of event or resource', { id: 'WH-1', resource: { id: 'I-1' } }, 'UNKNOWN'],
      ['a type of event that is none', paypalEvent('drop table'), 'UNKNOWN'],
      ['a type of event that is a list', { ...capture, event_type: ['PAYMENT.CAPTURE.COMPLETED'] }, 'UNKNOWN'],
      [
        'an id of another kind',
        { ...paypalEvent('BILLING.PLAN.CREATED'), id: '8PT597110X687430L' },
        'BILLING.PLAN.CREATED',
      ],
      ['an id that is none', { ...paypalEvent('BILLING.PLAN.CREATED'), id: 'WH-\u0000' }, 'BILLING.PLAN.CREATED'],
      ['the resource null', { ...capture, resource: null }, 'PAYMENT.CAPTURE.COMPLETED'],
      ['no resource', without('resource'), 'PAYMENT.CAPTURE.COMPLETED'],
      ['a resource that is a text', { ...capture, resource: 'capture' }, 'PAYMENT.CAPTURE.COMPLETED'],
      ['a list for a body', [capture], 'UNKNOWN'],
      ['a body that is no JSON', 'hello', 'UNKNOWN'],
      ['nothing but null', 'null', 'UNKNOWN'],
    ] as const) {
      it(`with a right signature and ${what} are stored once, IGNORED, and acknowledged`, async () => {
        other.stage.jobs.length = 0;
        const signed = await own.sign(event);
        expect([(await post(other, path, signed)).status, (await post(other, path, signed)).status]).to.deep.equal([
          200, 200,
        ]);
        const stored = await eventsOf(other);
        expect(stored.map(({ status }) => status)).to.deep.equal(['IGNORED']);
        expect(stored[0].type).to.equal(type);
        expect(Buffer.from(stored[0].body, 'base64')).to.deep.equal(signed.body);
        expect(other.stage.jobs).to.deep.equal([]);
      });
    }

    for (const [what, event] of [
      ['without a resource type', without('resource_type')],
      ['with an id that does not begin as usual', { ...capture, id: '8PT597110X687430LKGECATA' }],
      ['without an id', without('id')],
    ] as const) {
      it(`that matter are followed also ${what}`, async () => {
        other.stage.jobs.length = 0;
        expect((await post(other, path, await own.sign(event))).status).to.equal(200);
        expect((await eventsOf(other)).map(({ status }) => status)).to.deep.equal(['RECEIVED']);
        expect(other.stage.jobs).to.have.length(1);
      });
    }
  });
});
