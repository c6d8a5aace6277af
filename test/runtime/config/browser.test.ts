import { availableParallelism } from 'node:os';
import { expect } from 'chai';
import { testConfig } from '../../support/environment.ts';

describe('the settings of the browser', () => {
  it('let it buy only when it is allowed', () => {
    expect(testConfig().allowBrowserAutomation).to.equal(false);
    expect(testConfig({ ALLOW_BROWSER_AUTOMATION: 'true' }).allowBrowserAutomation).to.equal(true);
  });

  it('give it as many pages as the machine can bear, at least one and at most eight', () => {
    expect(testConfig().browserPages).to.be.within(1, Math.min(8, Math.max(1, availableParallelism())));
    expect(testConfig({ BROWSER_PAGES: '3' }).browserPages).to.equal(3);
  });

  for (const wrong of ['0', '9', '1.5', 'many'])
    it(`refuse ${wrong} pages`, () => expect(() => testConfig({ BROWSER_PAGES: wrong })).to.throw('BROWSER_PAGES'));

  it('leave an account alone between two purchases, and may not be negative', () => {
    expect(testConfig().browserPaceMs).to.equal(20_000);
    expect(() => testConfig({ BROWSER_PACE_MS: '-1' })).to.throw('BROWSER_PACE_MS');
  });

  it('name a Chromium, or none', () => {
    expect(testConfig({ CHROME_PATH: '/opt/chrome' }).chromePath).to.equal('/opt/chrome');
    expect(testConfig()).not.to.have.property('chromePath');
  });

  it('know the platform’s own account only with its password', () => {
    const both = { ALIEXPRESS_USER: 'buyer@example.com', ALIEXPRESS_PASS: 'secret' };
    expect(testConfig(both).platformBuyer).to.deep.equal({ email: 'buyer@example.com', password: 'secret' });
    expect(testConfig({ ALIEXPRESS_USER: 'buyer@example.com' })).not.to.have.property('platformBuyer');
  });
});
