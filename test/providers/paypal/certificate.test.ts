import { expect } from 'chai';
import { createCertificateFetcher, trustAnchors } from '../../../providers/paypal/certificate.ts';
import { certificateUrl, paypalHosts } from '../../../providers/paypal/certificate-url.ts';
import { issue } from '../certificates.ts';
import { rejection } from '../rejection.ts';
import { startStub } from '../stub-server.ts';
import { failureOf } from '../thrown-by.ts';

describe('PayPal certificate URL', () => {
  const places = { allowedHosts: paypalHosts, allowedBaseUrl: 'http://127.0.0.1:3002/paypal' };

  for (const url of [
    'https://api.paypal.com/v1/notifications/certs/CERT-1',
    'https://api-m.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270',
    'https://API.PAYPAL.COM:443/v1/notifications/certs/C',
    'http://127.0.0.1:3002/paypal/v1/notifications/certs/C',
  ]) {
    it(`takes ${url}`, () => {
      expect(certificateUrl(url, places)).to.equal(new URL(url).href);
    });
  }

  for (const url of [
    'http://api.paypal.com/v1/notifications/certs/C',
    'https://api.paypal.com:8443/v1/notifications/certs/C',
    'https://user@api.paypal.com/v1/notifications/certs/C',
    'https://api.paypal.com.evil.example/v1/notifications/certs/C',
    'https://evil.example/?api.paypal.com/v1/notifications/certs/C',
    'https://evil.example/v1/notifications/certs/api.paypal.com',
    'https://evil.example#@api.paypal.com/v1/notifications/certs/C',
    'https://www.paypal.com/v1/notifications/certs/C',
    'https://api.paypal.com/v1/notifications/certs/../../evil',
    'https://api.paypal.com/v1/notifications/certs/%2e%2e/%2e%2e/evil',
    'https://api.paypal.com/v2/v1/notifications/certs/C',
    'https://api.paypal.com/v1/notifications/certs/C/D',
    'https://api.paypal.com/v1/notifications/certs/',
    'https://api.paypal.com/v1/notifications/certs/C?again=1',
    'http://127.0.0.1:3003/paypal/v1/notifications/certs/C',
    'http://127.0.0.1:3002/v1/notifications/certs/C',
    'https://127.0.0.1:3002/paypal/v1/notifications/certs/C',
    'file:///v1/notifications/certs/C',
    'not a url',
  ]) {
    it(`refuses ${url}`, async () => {
      expect(await rejection(() => certificateUrl(url, places))).to.equal('PAYPAL_CERTIFICATE_URL_REFUSED');
    });
  }

  it('takes no base URL that is not allowed', async () => {
    const url = 'http://127.0.0.1:3002/paypal/v1/notifications/certs/C';
    const work = () => certificateUrl(url, { allowedHosts: paypalHosts });
    expect(await rejection(work)).to.equal('PAYPAL_CERTIFICATE_URL_REFUSED');
  });
});

describe('PayPal certificate fetcher', () => {
  it('follows no redirect', async () => {
    await using server = await startStub(({ url }) =>
      url === '/' ? { status: 302, headers: { location: '/secret' } } : { body: 'PEM' },
    );
    const work = () => createCertificateFetcher()(`${server.url}/`);
    expect(await rejection(work)).to.equal('PAYPAL_CERTIFICATE_NOT_FOUND');
    expect(server.seen).to.have.length(1);
  });

  it('reads no more than 64 KB', async () => {
    await using server = await startStub(() => ({ body: 'x'.repeat(65_537) }));
    expect(await failureOf(() => createCertificateFetcher()(server.url))).to.equal('retryable PAYPAL_NO_ANSWER');
  });

  it('asks again after a server error', async () => {
    let count = 0;
    await using server = await startStub(() => {
      count += 1;
      return count === 1 ? { status: 503 } : { body: 'PEM' };
    });
    const fetchCertificate = createCertificateFetcher();
    expect(await failureOf(() => fetchCertificate(server.url))).to.equal('retryable PAYPAL_SERVER_ERROR');
    expect(await fetchCertificate(server.url)).to.equal('PEM');
  });

  it('knows the public authorities, and one of our own', async () => {
    const { pem } = await issue({ subject: 'Own', isAuthority: true });
    expect(trustAnchors(pem)).to.have.length(trustAnchors().length + 1);
    expect(trustAnchors().map(({ subject }) => subject)).to.satisfy((names: string[]) =>
      names.some(name => /DigiCert/.test(name)),
    );
  });
});
