/** Covers: workers/browser/evidence.ts. */
import { expect } from 'chai';
import { findChromium } from '../../runtime/chromium/find-chromium.ts';
import { takeSnapshot } from '../../workers/browser/evidence.ts';
import { type BrowserPool, openBrowserPool } from '../../workers/browser/pool.ts';
import type { Snapshot } from '../../workers/context/shop-visit.ts';
import { describeWith } from '../support/needs.ts';

const email = 'buyer@example.com';
const password = `p&ss"w<rd's`;
const card = '4111 1111 1111 1111';

describeWith('browser', 'what is kept of a page', function () {
  this.timeout(60_000);
  let pool: BrowserPool;
  before(async () => {
    pool = await openBrowserPool({ chromium: await findChromium(process.env.CHROME_PATH), slots: 1 });
  });
  after(() => pool?.close(0));

  const soon = { deadlineMs: 30_000 };
  const keep = (body: string, script = ''): Promise<Snapshot> =>
    pool.run(async page => {
      await page.setContent(`<title>Order 8193456789012345</title><body>${body}</body>`);
      await page.evaluate(script);
      const snapshot = await takeSnapshot(page, [password, email, '']);
      if ('missing' in snapshot) throw new Error(snapshot.missing);
      return snapshot;
    }, soon);
  const write = (selector: string, value: string) =>
    `document.querySelector('${selector}').value = ${JSON.stringify(value)}`;

  const secrets: readonly [string, string, string, string?][] = [
    ['a password that was typed', '<input type="password">', 'p&', write('input', password)],
    ['a password in the page’s text', '<p id="here"></p>', 'ss"w', `here.textContent = ${JSON.stringify(password)}`],
    ['an e-mail in a text', `<p>Hello ${email}!</p>`, email],
    ['an e-mail in an attribute', `<a title="${email}" href="mailto:${email}">me</a>`, email],
    ['an e-mail in a comment', `<!-- ${email} --><p>x</p>`, email],
    ['an e-mail in a field', '<input name="who">', email, write('input', email)],
    ['an e-mail in a larger field', '<textarea></textarea>', email, write('textarea', `to ${email}`)],
    ['a token of the form', '<input type="hidden" name="csrf" value="token-4711">', 'token-4711'],
    ['a card’s number', `<b>${card}</b>`, '4111'],
    ['a card’s number in dashes', '<b>4111-1111-1111-1111</b>', '4111'],
    ['a card’s number of fifteen digits', '<b>3782 822463 10005</b>', '822463'],
    [
      'what is written into a card’s field',
      '<input autocomplete="cc-number">',
      '4111',
      write('input', '4111111111111111'),
    ],
    ['an e-mail in a template', `<template><b>${email}</b></template>`, email],
    [
      'a password in a template',
      '<template></template>',
      'ss',
      `document.querySelector('template').content.append(${JSON.stringify(password)})`,
    ],
    [
      'a password in an attribute in a template',
      '<template></template>',
      'ss',
      `document.querySelector('template').content.append(Object.assign(document.createElement('a'), { title: ${JSON.stringify(password)} }))`,
    ],
    ['a script', '<script>const session = "token-4711"</script>', 'token-4711'],
    ['what another site shows in a frame', '<iframe srcdoc="<p>token-4711</p>"></iframe>', 'token-4711'],
  ];
  for (const [what, body, secret, script] of secrets)
    it(`does not show ${what}`, async () => {
      const { html, screenshot } = await keep(body, script);
      expect(html).not.to.contain(secret);
      expect(screenshot.length).to.be.greaterThan(500);
    });

  it('shows what somebody needs to decide: order numbers, prices, addresses, what was entered', async () => {
    const { html, url } = await keep(
      '<h1>Order 8193456789012345</h1><p>US $14.49</p><address>Torstrasse 12, 10119 Berlin</address><input name="city">',
      write('input', 'Berlin'),
    );
    for (const text of ['8193456789012345', 'US $14.49', 'Torstrasse 12, 10119 Berlin', 'value="Berlin"'])
      expect(html).to.contain(text);
    expect(url).not.to.contain('?');
  });

  it('is not endless', async () => {
    const { html } = await keep('<p id="here"></p>', `here.textContent = 'x'.repeat(1_000_000)`);
    expect(html).to.have.lengthOf(200_000);
  });

  it('is nothing when the page is gone', async () => {
    const snapshot = await pool.run(async page => {
      await page.close();
      return takeSnapshot(page, []);
    }, soon);
    expect(snapshot).to.deep.equal({ missing: 'the page is gone' });
  });

  it('is not shown to the page: its scripts have replaced every function, and see no secret', async () => {
    const spy = `
      window.seen = [];
      const watch = (object, name) => {
        const real = object[name];
        object[name] = function (...given) {
          try { window.seen.push([this, ...given].map(String).join(' ')); } catch {}
          return real.apply(this, given);
        };
      };
      for (const name of ['replaceAll', 'replace', 'includes', 'startsWith', 'slice', 'split', 'toString', 'valueOf'])
        watch(String.prototype, name);
      for (const name of ['reduce', 'map', 'filter', 'forEach', 'includes']) watch(Array.prototype, name);
      for (const name of ['setAttribute', 'querySelectorAll', 'remove']) watch(Element.prototype, name);
      for (const name of ['querySelectorAll', 'createTreeWalker']) watch(Document.prototype, name);
      watch(JSON, 'parse');
      watch(window, 'eval');
      new MutationObserver(records => {
        for (const { target } of records) window.seen.push(target.nodeValue ?? target.outerHTML);
      }).observe(document, { subtree: true, attributes: true, characterData: true, childList: true });`;
    const { html, seen } = await pool.run(async page => {
      await page.setContent('<p>Hello!</p><input value="Berlin"><a title="you">me</a>');
      await page.evaluate(spy);
      const snapshot = await takeSnapshot(page, [password, email]);
      return { html: 'html' in snapshot && snapshot.html, seen: await page.evaluate('window.seen.join()') };
    }, soon);
    expect(html).to.contain('Hello!');
    for (const secret of [password, email]) expect(seen).not.to.contain(secret);
  });

  it('is kept although the page has replaced what blanks it', async () => {
    const { html } = await keep(
      `<p>${email}</p><img name="createTreeWalker"><img name="querySelectorAll">`,
      'document.createTreeWalker = () => { throw new Error("no walker today"); }',
    );
    expect(html).not.to.contain(email);
  });

  it('says so when the page stands and could not be kept', async () => {
    const snapshot = await pool.run(async page => {
      await page.evaluate('document.documentElement.remove()');
      return takeSnapshot(page, []);
    }, soon);
    expect(snapshot).to.have.property('missing').that.contains('could not be kept: Error: TypeError');
  });
});
