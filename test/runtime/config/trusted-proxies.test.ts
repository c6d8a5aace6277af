/** Covers: runtime/config/process.ts, runtime/http/source-address.ts. */
import { expect } from 'chai';
import { readConfig, readDashboardConfig, readWorkerConfig } from '../../../runtime/config.ts';
import { testConfig, testEnvironment } from '../../support/environment.ts';

const proxies = (text: string) => testConfig({ TRUSTED_PROXIES: text }).trustedProxies;

describe('the proxies that are believed', () => {
  for (const text of ['10.0.0.1', '172.16.0.0/12', '10.0.0.0/8, 192.168.1.7', '::1,fd00::/8', '255.255.255.255/32'])
    it(`may be ${text}`, () => expect(proxies(text)).to.equal(text));

  const wrong = ['1', 'true', 'loopback', 'proxy', '0.0.0.0/0', '::/0', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/8/8'];
  for (const text of [...wrong, '10.0.0', '10.0.0.0/', '10.0.0.1,', ',', '10.0.0.1 10.0.0.2', 'none, 10.0.0.1'])
    it(`may not be ${text}`, () =>
      expect(() => proxies(text)).to.throw(
        'TRUSTED_PROXIES must be addresses or networks, separated by commas, or none',
      ));

  it('are none where somebody says so, or where nobody says anything in development', () => {
    expect(proxies('none')).to.equal(false);
    expect(testConfig().trustedProxies).to.equal(false);
  });

  it('must be told to the api and the dashboard in production, and to nobody else', () => {
    const env = testEnvironment({
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://shop.example.com',
      PAYPAL_ENVIRONMENT: 'sandbox',
      EBAY_ENVIRONMENT: 'sandbox',
    });
    for (const read of [readConfig, readDashboardConfig]) {
      expect(() => read(env)).to.throw('TRUSTED_PROXIES is required');
      expect(read({ ...env, TRUSTED_PROXIES: 'none' }).trustedProxies).to.equal(false);
    }
    expect(() => readWorkerConfig(env)).not.to.throw();
  });
});
