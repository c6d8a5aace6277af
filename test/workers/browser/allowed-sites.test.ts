import { expect } from 'chai';
import { shopSite } from '../../../workers/browser/allowed-sites.ts';

describe('where the shop is', () => {
  const aliexpress = shopSite('https://www.aliexpress.com');
  const simulated = shopSite('http://127.0.0.1:3002/shop');

  const documents: readonly [string, boolean][] = [
    ['https://www.aliexpress.com/orders', true],
    ['https://login.aliexpress.com/login?next=1', true],
    ['https://aliexpress.com/', true],
    ['http://www.aliexpress.com/login', false],
    ['https://www.aliexpress.com:8443/login', false],
    ['https://aliexpress.com.evil.example/login', false],
    ['https://evilaliexpress.com/login', false],
    ['https://evil.example/aliexpress.com/login', false],
    ['https://www.aliexpress.com@evil.example/login', false],
    ['https://evil.example\\.aliexpress.com/login', false],
    ['data:text/html,<input type=password>', false],
    ['about:blank', false],
    ['chrome-error://chromewebdata/', false],
    ['', false],
  ];
  for (const [url, expected] of documents)
    it(`${expected ? 'is' : 'is not'} ${url || 'nowhere'}`, () => expect(aliexpress.has(url)).to.equal(expected));

  it('is one origin where it is simulated', () => {
    expect(simulated.has('http://127.0.0.1:3002/shop/login')).to.equal(true);
    for (const other of ['http://127.0.0.1:3003/shop', 'http://localhost:3002/shop', 'https://www.aliexpress.com/'])
      expect(simulated.has(other), other).to.equal(false);
  });

  const loads: readonly [string, boolean][] = [
    ['https://ae01.alicdn.com/picture.jpg', true],
    ['data:image/png;base64,AAAA', true],
    ['blob:https://www.aliexpress.com/1', true],
    ['http://ae01.alicdn.com/picture.jpg', false],
    ['http://169.254.169.254/latest/meta-data', false],
    ['https://10.0.0.1/', false],
    ['https://2130706433/', false],
    ['https://[::1]/', false],
    ['https://localhost/', false],
    ['https://localhost./', false],
    ['https://vault/', false],
    ['https://vault.internal/', false],
    ['https://vault.internal./', false],
    ['https://printer.local/', false],
    ['file:///etc/passwd', false],
  ];
  for (const [url, expected] of loads)
    it(`${expected ? 'lets' : 'does not let'} its pages fetch ${url}`, () =>
      expect(aliexpress.mayLoad(url)).to.equal(expected));

  it('lets the simulated shop’s pages fetch from it, and nothing else of this machine', () => {
    expect(simulated.mayLoad('http://127.0.0.1:3002/shop/logo.png')).to.equal(true);
    expect(simulated.mayLoad('http://127.0.0.1:5432/')).to.equal(false);
  });
});
