/** Covers: sandbox/paypal/events.ts, sandbox/webhooks.ts. */
import { verify, X509Certificate } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import { until } from '../support/until.ts';
import { approvedOrder, type PayPal, payPal } from './paypal-calls.ts';
import { credentials, startSandbox, type TestSandbox } from './start.ts';

describe('sandbox: PayPal webhooks', () => {
  let sandbox: TestSandbox;
  let paypal: PayPal;
  beforeEach(async () => {
    sandbox = await startSandbox();
    paypal = await payPal(sandbox);
  });
  afterEach(() => sandbox.close());

  const arrived = (type: string) => sandbox.webhooks.filter(webhook => JSON.parse(webhook.body).event_type === type);

  it('are signed with a certificate that its authority vouches for', async () => {
    const id = await approvedOrder(sandbox, paypal);
    const [event] = await until(
      () => arrived('CHECKOUT.ORDER.APPROVED').length > 0 && arrived('CHECKOUT.ORDER.APPROVED'),
    );
    expect(event!.path).to.equal('/api/webhooks/paypal');
    expect(JSON.parse(event!.body).resource).to.include({ id, status: 'APPROVED' });

    const header = (name: string) => String(event!.headers[`paypal-${name}`]);
    expect(header('cert-url')).to.match(new RegExp(`^${sandbox.url}/paypal/v1/notifications/certs/CERT-`));
    const certificate = new X509Certificate(await (await fetch(header('cert-url'))).text());
    const authority = new X509Certificate(sandbox.authority);
    expect(certificate.subject).to.equal('CN=messageverificationcerts.sandbox.paypal.com');
    expect(certificate.verify(authority.publicKey)).to.equal(true);
    expect(certificate.checkIssued(authority)).to.equal(true);
    expect([authority.ca, certificate.ca]).to.deep.equal([true, false]);
    expect(certificate.validToDate.getTime()).to.be.greaterThan(Date.now());

    const signed = [
      header('transmission-id'),
      header('transmission-time'),
      credentials.paypal.webhookId,
      crc32(event!.body),
    ].join('|');
    const signature = Buffer.from(header('transmission-sig'), 'base64');
    expect(verify('RSA-SHA256', Buffer.from(signed), certificate.publicKey, signature)).to.equal(true);
    expect(verify('RSA-SHA256', Buffer.from(`${signed}1`), certificate.publicKey, signature)).to.equal(false);
  });

  it('come again until they are taken, and as often as the settings say', async () => {
    sandbox.webhookAnswers.push(500, 503);
    await approvedOrder(sandbox, paypal);
    await until(() => arrived('CHECKOUT.ORDER.APPROVED').length === 1);
    await sandbox.control('settings', { webhookDuplicates: 2 });
    await approvedOrder(sandbox, paypal, 'create-2');
    await until(() => arrived('CHECKOUT.ORDER.APPROVED').length === 4);
    expect(new Set(arrived('CHECKOUT.ORDER.APPROVED').map(event => JSON.parse(event.body).id))).to.have.property(
      'size',
      2,
    );
  });

  it('stay away when they are switched off', async () => {
    await sandbox.control('settings', { webhooks: false });
    const id = await approvedOrder(sandbox, paypal);
    await sandbox.control('settings', { webhooks: true });
    await paypal.post(`/v2/checkout/orders/${id}/capture`, {});
    await until(() => arrived('PAYMENT.CAPTURE.COMPLETED').length === 1);
    expect(arrived('CHECKOUT.ORDER.APPROVED')).to.deep.equal([]);
  });
});
