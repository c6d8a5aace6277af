/** Covers: workers/purchase/purchase.ts, workers/purchase/missing-buyer.ts, store/connections/supplier-payer.ts. */
import { expect } from 'chai';
import { Terminal, TokenRefused } from '../../../domain/call-outcome.ts';
import { money } from '../../../domain/money.ts';
import type { ReviewReason } from '../../../domain/order.ts';
import { keepBrowserLogin } from '../../../store/connections/browser-login.ts';
import { setAvailable } from '../../../store/money/funding.ts';
import { wakeOrder } from '../../../store/orders/orders.ts';
import { storePlainAddress } from '../../support/opened.ts';
import { berlin, createStage, type Seller, type Stage } from '../../support/stage.ts';
import { goOn } from '../go-on.ts';
import {
  connectAliExpress,
  dayMs,
  fromNow,
  intentsOf,
  keyNumbersOf,
  notesOf,
  orderToBuy,
  performWith,
  reservationsOf,
  rows,
} from '../workbench.ts';

const browser = { config: { allowBrowserAutomation: true } };

describe('the supplier account of a purchase', () => {
  let stage: Stage;
  before(async () => {
    stage = await createStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  const boughtFor = async (id: string) =>
    (await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id)).length;

  describe('when its access token is refused', () => {
    it('gets a fresh one, and the purchase goes on', async () => {
      const seller = await stage.hireSeller({ expiredToken: true });
      const order = await orderToBuy(stage, await stage.stockUp(seller));
      expect(await stage.perform('purchase', order.id)).to.equal('PURCHASED');
      expect(await boughtFor(order.id)).to.equal(1);
      expect((await stage.order(order.id)).purchaseRoute).to.equal('api');
    });

    it('waits for its owner when it may not be refreshed, and goes on after the reconnect', async () => {
      const seller = await stage.hireSeller({ expiredToken: true });
      const name = `platform-${seller.email.split('@')[0]}`;
      // Its owner took our consent back: what we hold is worth nothing, the refresh token included.
      await stage.control('accounts', { provider: 'aliexpress', name });
      const order = await orderToBuy(stage, await stage.stockUp(seller));
      await stage.perform('purchase', order.id);
      expect(await stage.order(order.id)).to.include({ status: 'WAITING', waitReason: 'RECONNECT_NEEDED' });
      expect(await goOn(stage, order.id)).to.equal('still WAITING (RECONNECT_NEEDED)');
      const { nextCheckAt } = await stage.order(order.id);
      expect(nextCheckAt, 'woken in vain, it is left to its deed').to.be.greaterThan(fromNow(9 * dayMs));
      expect((await reservationsOf(stage, order.id)).map(({ status }) => status)).to.deep.equal(['RELEASED']);
      expect((await notesOf(stage, order.id)).at(-1)).to.include(`${name} must be connected again`);

      await connectAliExpress(stage, seller, { name });
      await stage.store.transaction(em => wakeOrder(em, order.id));
      expect(await goOn(stage, order.id)).to.equal('PURCHASED');
      expect(await boughtFor(order.id)).to.equal(1);
    });

    it('is given up when a token that was just issued is refused as well', async () => {
      const seller = await stage.hireSeller();
      const order = await orderToBuy(stage, await stage.stockUp(seller));
      const { aliexpress } = stage.context.providers;
      const getProduct = () => Promise.reject(new TokenRefused('aliexpress', 'IllegalAccessToken'));
      await performWith(stage, { providers: { aliexpress: { ...aliexpress, getProduct } } }, 'purchase', order.id);
      expect(await stage.order(order.id)).to.include({ waitReason: 'RECONNECT_NEEDED' });
      expect(await rows(stage, 'select status from api_credentials where id = ?', [seller.aliexpress])).to.deep.equal([
        { status: 'RECONNECT_NEEDED' },
      ]);
    });
  });

  describe('when none is connected', () => {
    let seller: Seller;
    beforeEach(async () => {
      seller = await stage.hireSeller({ supplier: null });
      await stage.store.transaction(em => setAvailable(em, seller.id, money(100_000n, 'USD'), new Date()));
    });

    it('leaves the order waiting, to be looked at again, while buying through the browser is switched off', async () => {
      const order = await orderToBuy(stage, await stage.stockUp(seller));
      await stage.perform('purchase', order.id);
      const waiting = await stage.order(order.id);
      expect(waiting).to.include({ status: 'WAITING', waitReason: 'BROWSER_AUTOMATION_DISABLED' });
      expect(waiting.nextCheckAt).to.be.an.instanceOf(Date);
      expect(await goOn(stage, order.id)).to.equal('still WAITING (BROWSER_AUTOMATION_DISABLED)');
      expect((await reservationsOf(stage, order.id)).map(({ status }) => status)).to.deep.equal(['RELEASED']);
    });

    const logIn = () => {
      const { box, config } = stage.context;
      const { environment } = config.aliexpress;
      const login = { userId: seller.id, environment, email: seller.email, password: 'secret' };
      return stage.store.transaction(em => keepBrowserLogin(em, box, { ...login, moneyHolder: 'reseller' }));
    };

    it('is not handed to a browser that nobody could log in with, and says so once', async () => {
      const order = await orderToBuy(stage, await stage.stockUp(seller));
      await performWith(stage, browser, 'purchase', order.id);
      const before = await notesOf(stage, order.id);
      expect(before.at(-1)).to.include('there is no browser log-in to buy with');
      stage.jobs.length = 0;
      expect(await goOn(stage, order.id, browser)).to.match(/^still WAITING/);
      expect(stage.jobs).to.deep.equal([]);
      expect(await notesOf(stage, order.id)).to.have.length(before.length);
    });

    it('is handed to the browser when that is allowed', async () => {
      await logIn();
      const order = await orderToBuy(stage, await stage.stockUp(seller));
      stage.jobs.length = 0;
      expect(await performWith(stage, browser, 'purchase', order.id)).to.equal('handed over to the browser');
      expect(await stage.order(order.id)).to.include({ status: 'PURCHASING', purchaseRoute: 'browser' });
      expect(stage.jobs.map(({ queue }) => queue)).to.deep.equal(['purchase-fallback']);
      expect(await performWith(stage, browser, 'purchase', order.id)).to.equal(
        'nothing to do: purchase-fallback carries the order on',
      );
    });

    it('is handed to the browser as soon as that is allowed, although it waits', async () => {
      const order = await orderToBuy(stage, await stage.stockUp(seller));
      await stage.perform('purchase', order.id);
      await logIn();
      stage.jobs.length = 0;
      await goOn(stage, order.id, browser);
      expect(await stage.order(order.id)).to.include({ status: 'PURCHASING', purchaseRoute: 'browser' });
      expect(stage.jobs.map(({ queue }) => queue)).to.deep.equal(['purchase', 'purchase-fallback']);
    });

    it('comes back from a browser that was switched off, and is bought once an account is connected', async () => {
      await logIn();
      const order = await orderToBuy(stage, await stage.stockUp(seller));
      await performWith(stage, browser, 'purchase', order.id);
      await stage.perform('purchase-fallback', order.id);
      expect(await stage.order(order.id)).to.include({
        waitReason: 'BROWSER_AUTOMATION_DISABLED',
        purchaseRoute: 'api',
      });
      await connectAliExpress(stage, seller, { name: `platform-${seller.email}` });
      expect(await goOn(stage, order.id), 'with the platform’s money').to.match(/^WAITING \(RECONNECT_NEEDED\)/);
      await connectAliExpress(stage, seller, { name: seller.email, moneyHolder: 'reseller' });
      expect(await goOn(stage, order.id)).to.equal('PURCHASED');
      expect(await boughtFor(order.id)).to.equal(1);
    });
  });

  const refusals: readonly { code: string; ends: object }[] = [
    {
      code: 'INVALID_APP_KEY',
      ends: { status: 'WAITING', waitReason: 'BROWSER_AUTOMATION_DISABLED' },
    },
    { code: 'BLACKLIST_BUYER_IN_LIST', ends: review('SUPPLIER_NEEDS_ATTENTION') },
    { code: 'USER_ACCOUNT_DISABLED', ends: review('SUPPLIER_NEEDS_ATTENTION') },
    {
      code: 'B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL',
      ends: { status: 'WAITING', waitReason: 'ADDRESS_INVALID' },
    },
    { code: 'A002_INVALID_ZONE', ends: { status: 'FAILED', reason: 'NOT_SHIPPABLE' } },
    { code: 'SKU_NOT_EXIST', ends: { status: 'FAILED', reason: 'VARIANT_GONE' } },
    {
      code: 'ERROR_WHEN_BUILD_FOR_PLACE_ORDER',
      ends: { status: 'FAILED', reason: 'SUPPLIER_REFUSED' },
    },
  ];
  for (const { code, ends } of refusals)
    it(`leads to ${Object.values(ends).join(' ')} when the create is refused with ${code}`, async () => {
      const order = await orderToBuy(stage, await stage.stockUp(await stage.hireSeller()));
      const { aliexpress } = stage.context.providers;
      const createOrder = () => Promise.reject(new Terminal(`ALIEXPRESS_${code}`, 'refused'));
      await performWith(stage, { providers: { aliexpress: { ...aliexpress, createOrder } } }, 'purchase', order.id);
      expect(await stage.order(order.id)).to.include(ends);
      expect((await reservationsOf(stage, order.id)).map(({ status }) => status)).to.deep.equal(['RELEASED']);
      const [intent] = await intentsOf(stage, 'buy', order.id);
      expect(intent).to.include({ status: 'DISPROVEN', lastCode: `ALIEXPRESS_${code}` });
    });

  it('buys under a new key after its address was corrected', async () => {
    const order = await orderToBuy(stage, await stage.stockUp(await stage.hireSeller()));
    const { aliexpress } = stage.context.providers;
    const createOrder = () =>
      Promise.reject(new Terminal('ALIEXPRESS_B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL', 'zip'));
    await performWith(stage, { providers: { aliexpress: { ...aliexpress, createOrder } } }, 'purchase', order.id);
    await storePlainAddress(stage.store, order.id, { ...berlin, postalCode: '10115' });
    await stage.store.transaction(em => wakeOrder(em, order.id));
    await stage.perform('fulfill', order.id);
    expect(await stage.perform('purchase', order.id)).to.equal('PURCHASED');
    const intents = await intentsOf(stage, 'buy', order.id);
    expect(intents.map(({ status }) => status)).to.deep.equal(['DISPROVEN', 'DONE']);
    expect(await keyNumbersOf(stage, 'buy', order.id)).to.deep.equal(['1', '2']);
  });

  function review(reason: ReviewReason) {
    return { status: 'NEEDS_REVIEW', reason };
  }
});
