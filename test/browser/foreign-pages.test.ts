/** Covers: workers/browser/site-guard.ts, workers/browser/locate.ts, workers/browser/stay-in-shop.ts. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { findChromium } from '../../runtime/chromium/find-chromium.ts';
import { releaseAccount } from '../../store/connections/shop-accounts.ts';
import { shopSite } from '../../workers/browser/allowed-sites.ts';
import { click, fill } from '../../workers/browser/locate.ts';
import { PageLost } from '../../workers/browser/page-lost.ts';
import { openBrowserPool } from '../../workers/browser/pool.ts';
import { createShop } from '../../workers/browser/shop.ts';
import { guardOf } from '../../workers/browser/site-guard.ts';
import { assertInShop, keepInShop } from '../../workers/browser/stay-in-shop.ts';
import { describeWith } from '../support/needs.ts';
import { goShopping, type Shopper, type Shopping } from './shopping.ts';

type Answer = { location: string } | { html: string };

const logInForm = (action: string, more = '') => `
  <h1>Sign in</h1><form method="post" action="${action}" ${more}>
  <label>Email <input name="email" type="email"></label>
  <label>Password <input name="password" type="password"></label>
  <button type="submit">Sign in</button></form>`;

describeWith('browser', 'a shop that leads the browser elsewhere', function () {
  this.timeout(90_000);
  let shopping: Shopping;
  let shopper: Shopper;
  const servers: Server[] = [];
  /** What reached the other origin. */
  const arrived: string[] = [];
  /** What the shop answers on its paths; on others it says that it knows no such page. */
  let answers: Record<string, Answer> = {};
  let shopUrl: string;
  let elsewhere: string;

  const serve = async (onRequest: Parameters<typeof createServer>[1]): Promise<string> => {
    const server = createServer(onRequest).listen(0, '127.0.0.1');
    servers.push(server);
    await new Promise(resolve => server.once('listening', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  before(async () => {
    shopping = await goShopping();
    shopper = await shopping.hireShopper();
    elsewhere = await serve((request, response) => {
      arrived.push(`${request.method} ${request.url}`);
      response.setHeader('content-type', 'text/html').end(logInForm('/steal'));
    });
    shopUrl = await serve((request, response) => {
      const answer = answers[new URL(request.url ?? '', 'http://shop').pathname] ?? { html: '<h1>No such page</h1>' };
      if ('location' in answer) response.writeHead(303, { location: answer.location }).end();
      else response.setHeader('content-type', 'text/html').end(answer.html);
    });
  });
  afterEach(async () => {
    arrived.length = 0;
    await shopping.stage.store.transaction(em => releaseAccount(em, shopper.credential.id));
  });
  after(async () => {
    for (const server of servers) server.close().closeAllConnections();
    await shopping?.[Symbol.asyncDispose]();
  });

  /** One purchase in that shop. @returns the order, and what its timeline says */
  const buyThere = async (pages: Record<string, Answer>) => {
    answers = pages;
    const { store, box } = shopping.stage.context;
    const { id } = await shopping.orderFor(shopper);
    await shopping.buy(id, { shop: createShop({ pool: shopping.pool, baseUrl: shopUrl, store, box }) });
    return { id, notes: (await shopping.notes(id)).join('\n') };
  };
  const stopped = { status: 'WAITING', waitReason: 'BUYER_ACCOUNT_PAUSED' };

  const ways: readonly [string, () => Record<string, Answer>][] = [
    ['sends it to another log-in', () => ({ '/orders': { location: `${elsewhere}/login` } })],
    [
      'shows a log-in whose form is sent elsewhere',
      () => ({ '/orders': { location: '/login' }, '/login': { html: logInForm(`${elsewhere}/steal`) } }),
    ],
    [
      'sends it on when it has logged in',
      () => ({
        '/orders': { location: '/login' },
        '/login': { html: logInForm('/enter') },
        '/enter': { location: `${elsewhere}/welcome` },
      }),
    ],
    [
      'moves it elsewhere by a script',
      () => ({ '/orders': { html: `<h1>Wait</h1><script>location = '${elsewhere}/login'</script>` } }),
    ],
  ];
  for (const [what, pages] of ways)
    it(`and ${what} gets nothing there: the account stands still, and the order waits`, async () => {
      const { id, notes } = await buyThere(pages());
      expect(arrived).to.deep.equal([]);
      expect(await shopping.stage.order(id)).to.include(stopped);
      expect(notes)
        .to.contain('FOREIGN_PAGE')
        .and.contain(`the browser was led to ${elsewhere}, which is not the shop`);
      expect(await shopping.bought(id)).to.deep.equal([]);
      const kept = (await shopping.evidence(id)).map(({ url }) => url);
      expect(
        kept.filter(url => !url.startsWith(shopUrl)),
        'evidence of no page but the shop’s',
      ).to.deep.equal([]);
      await shopping.stage.store.transaction(em => releaseAccount(em, shopper.credential.id));
      await shopping.stage.perform('fulfill', id);
      expect(await shopping.buy(id), 'in the shop as it should be').to.equal('PURCHASED');
    });

  it('reaches nothing of the network through windows, frames, pictures and workers of its pages', async () => {
    const script = `
      open('${elsewhere}/window'); fetch('${elsewhere}/fetch', { mode: 'no-cors' }).catch(() => 0);
      navigator.sendBeacon('${elsewhere}/beacon'); new Image().src = '${elsewhere}/picture';
      new Worker(URL.createObjectURL(new Blob(["fetch('${elsewhere}/worker', { mode: 'no-cors' })"])));`;
    const form = `<form method="post" target="_blank" action="${elsewhere}/form"></form><script>document.forms[0].submit()</script>`;
    const html = `<h1>My orders</h1><iframe src="${elsewhere}/frame"></iframe>${form}<script>${script}</script>`;
    await buyThere({ '/orders': { html } });
    expect(arrived).to.deep.equal([]);
  });

  it('is told where its page was led, and nothing of frames and windows of that page', async () => {
    answers = {
      '/more': { html: `<iframe src="${elsewhere}/frame"></iframe><script>open('${elsewhere}/window')</script>` },
      '/away': { location: `${elsewhere}/away` },
    };
    await shopping.pool.run(
      async page => {
        const guard = await guardOf(page.browser());
        await guard.begin(shopSite(shopUrl), page);
        keepInShop(page, shopSite(shopUrl));
        const popup = new Promise(resolve => page.once('popup', resolve));
        await page.goto(`${shopUrl}/more`);
        await popup;
        expect(guard.ledTo()).to.equal(undefined);
        await page.goto(`${shopUrl}/away`).catch(() => undefined);
        expect(guard.ledTo()).to.equal(`${elsewhere}/away`);
      },
      { deadlineMs: 30_000 },
    );
  });

  it('and is lost beside a window that was led elsewhere is no reason to stop the account', async () => {
    const { store, box } = shopping.stage.context;
    const shop = createShop({ pool: shopping.pool, baseUrl: shopUrl, store, box });
    answers = { '/orders': { html: `<h1>My orders</h1><script>open('${elsewhere}/window')</script>` } };
    const told: unknown[] = [];
    const lost = await shop
      .visit(
        {
          credential: shopper.credential,
          deadlineMs: 30_000,
          signal: new AbortController().signal,
          onTrouble: async (_error, shown) => void told.push(shown),
        },
        async ({ page }) => {
          const popup = new Promise(resolve => page.once('popup', resolve));
          await page.goto(`${shopUrl}/orders`);
          await popup;
          await page.goto('about:blank');
          assertInShop(page);
        },
      )
      .catch(error => error);
    expect(lost).to.be.instanceOf(PageLost);
    expect(told).to.deep.equal([{ missing: 'the browser shows no page' }]);
  });

  it('is typed and clicked nothing, however much its page looks like the shop’s', async () => {
    const pool = await openBrowserPool({ chromium: await findChromium(process.env.CHROME_PATH), slots: 1 });
    const kinds = pool.run(
      async page => {
        keepInShop(page, shopSite(shopUrl));
        await page.goto(`${elsewhere}/login`);
        const button = await page.$('button');
        const field = { what: 'password field', selectors: ['input[type=password]'] };
        const tries = [
          fill(page, field, 'secret'),
          button ? click(page, button) : Promise.reject(new Error('no button')),
        ];
        const results = await Promise.allSettled(tries);
        return results.map(result => (result.status === 'rejected' ? result.reason.kind : 'done'));
      },
      { deadlineMs: 30_000 },
    );
    await kinds.finally(() => pool.close(0));
    expect(await kinds).to.deep.equal(['FOREIGN_PAGE', 'FOREIGN_PAGE']);
    expect(arrived.filter(request => request.includes('steal'))).to.deep.equal([]);
  });
});
