import { expect } from 'chai';
import { buyerPage } from '../../../providers/paypal/buyer-page.ts';

describe('the page at PayPal that a buyer is sent to', () => {
  const page = (href: string, baseUrl = 'https://api-m.paypal.com') =>
    buyerPage([{ rel: 'approve', href }], ['payer-action', 'approve'], baseUrl);

  for (const href of [
    'https://www.paypal.com/checkoutnow?token=5O190127TN364715T',
    'https://www.sandbox.paypal.com/checkoutnow?token=x',
    'https://paypal.com/x',
  ])
    it(`is ${href}`, () => expect(page(href)).to.equal(href));

  for (const href of [
    'http://www.paypal.com/checkoutnow',
    'https://www.paypal.com:8443/checkoutnow',
    'https://user@www.paypal.com/checkoutnow',
    'https://www.paypal.com.evil.example/',
    'https://evil-paypal.com/',
    'https://evil.example/www.paypal.com',
    'https://evil.example/?x=.paypal.com',
    'javascript:alert(1)//www.paypal.com',
    '//www.paypal.com/x',
    '',
  ])
    it(`is not ${href || 'nothing'}`, () => expect(page(href)).to.equal(undefined));

  it('may lie beside the API of a simulator', () => {
    expect(page('http://127.0.0.1:3002/paypal/checkoutnow', 'http://127.0.0.1:3002/paypal')).to.be.a('string');
    expect(page('http://127.0.0.1:3003/paypal/checkoutnow', 'http://127.0.0.1:3002/paypal')).to.equal(undefined);
  });

  it('is the first of the wanted kinds that is PayPal’s', () => {
    const links = [
      { rel: 'self', href: 'https://www.paypal.com/self' },
      { rel: 'approve', href: 'https://www.paypal.com/approve' },
      { rel: 'payer-action', href: 'https://evil.example/' },
      { rel: 'payer-action', href: 'https://www.paypal.com/payer-action' },
    ];
    const wanted = ['payer-action', 'approve'];
    expect(buyerPage(links, wanted, 'https://api-m.paypal.com')).to.equal('https://www.paypal.com/payer-action');
    expect(buyerPage(links.slice(0, 3), wanted, 'https://api-m.paypal.com')).to.equal('https://www.paypal.com/approve');
  });
});
