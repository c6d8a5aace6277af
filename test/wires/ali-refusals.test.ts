/** Covers: providers/aliexpress/classify.ts, workers/purchase/place-order.ts, workers/purchase/purchase-refusal.ts. */
import { expect } from 'chai';
import { Unreadable } from '../../domain/call-outcome.ts';
import { money } from '../../domain/money.ts';
import type { FailureReason } from '../../domain/order.ts';
import { keepBrowserLogin } from '../../store/connections/browser-login.ts';
import { setAvailable } from '../../store/money/funding.ts';
import type { Failpoint } from '../../workers/context/context.ts';
import { evidenceTexts } from '../support/opened.ts';
import { createStage, type Seller, type Stage } from '../support/stage.ts';
import {
  type Changes,
  fromNow,
  hourMs,
  intentsOf,
  notesOf,
  orderToBuy,
  performWith,
  reservationsOf,
} from '../workers/workbench.ts';
import {
  answer,
  boughtFor,
  changeProduct,
  clearShapes,
  cutReply,
  gatewaySays,
  meetForAnHour,
  notPlaced,
} from './ali.ts';

describe('wires: AliExpress refuses an order', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
  });
  afterEach(() => clearShapes(stage));
  after(() => stage[Symbol.asyncDispose]());

  const purchase = (id: string, changes: Changes = {}) => performWith(stage, changes, 'purchase', id);
  const held = async (id: string) => (await reservationsOf(stage, id)).map(({ status }) => status);
  const intents = async (id: string) =>
    (await intentsOf(stage, 'buy', id)).map(
      ({ status, idempotencyKey }) => `${idempotencyKey.slice(id.length)} ${status}`,
    );
  const toBuy = async () => (await orderToBuy(stage, await stage.stockUp(seller))).id;

  const names: readonly [string, FailureReason][] = [
    ['PRODUCT_NOT_EXIST', 'PRODUCT_GONE'],
    ['PRODUCT_OFF_SHELF', 'PRODUCT_GONE'],
    ['SELLER_NOT_EXIST', 'PRODUCT_GONE'],
    ['SKU_OFFLINE', 'VARIANT_GONE'],
    ['PRODUCT_STOCK_NOT_ENOUGH', 'OUT_OF_STOCK'],
    ['A_CODE_OF_TOMORROW', 'SUPPLIER_REFUSED'],
  ];
  for (const [code, reason] of names)
    it(`${code}, in no table, was looked up and sent again for 20 h: it is ${reason} at once, and its money is free`, async () => {
      const goods = await stage.stockUp(seller);
      const { id } = await orderToBuy(stage, goods);
      await changeProduct(stage, goods, { refusal: code });
      await purchase(id);
      expect(await stage.order(id)).to.include({ status: 'FAILED', reason });
      expect(await held(id)).to.deep.equal(['RELEASED']);
      expect(await intents(id)).to.deep.equal(['-1 DISPROVEN']);
      expect((await intentsOf(stage, 'buy', id))[0]).to.include({ sends: 1, lastCode: `ALIEXPRESS_${code}` });
    });

  for (const code of [
    'ORDER_ALREADY_EXIST',
    'DUPLICATE_SUBMIT',
    'SYSTEM_EXCEPTION',
    'INVENTORY_HOLD_ERROR',
    'ORDER_TIMEOUT',
  ])
    it(`${code} says that it may have been placed: it is never given up for that`, async () => {
      const id = await toBuy();
      await answer(stage, 'order-create', notPlaced(code), { times: 1 });
      expect(await purchase(id)).to.match(/^uncertain/);
      expect(await intents(id)).to.deep.equal(['-1 OPEN']);
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await intents(id)).to.deep.equal(['-1 DONE']);
    });

  for (const status of [408, 409, 425, 500])
    it(`a refusal with HTTP ${status} proves nothing, whatever it says`, async () => {
      const id = await toBuy();
      await answer(stage, 'order-create', notPlaced('PRODUCT_NOT_EXIST'), { times: 1, status });
      expect(await purchase(id)).to.match(/^uncertain/);
      expect(await purchase(id)).to.equal('PURCHASED');
    });

  it('a buyer account that is refused by a name nobody knows fails no order: a person looks', async () => {
    const id = await toBuy();
    await answer(stage, 'order-create', notPlaced('BUYER_ACCOUNT_RESTRICTED'));
    await purchase(id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_NEEDS_ATTENTION' });
    expect(await held(id)).to.deep.equal(['RELEASED']);
  });

  describe('because what it offered has changed', () => {
    it('PRODUCT_PRICE_CHANGED: a fresh offer is chosen, and bought under a key of its own', async () => {
      const id = await toBuy();
      await answer(stage, 'order-create', notPlaced('PRODUCT_PRICE_CHANGED'), { times: 1 });
      expect(await purchase(id)).to.match(/a fresh offer is chosen/);
      expect(await stage.order(id)).to.include({ status: 'PURCHASING' });
      expect(await held(id)).to.deep.equal(['HELD']);
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await intents(id)).to.deep.equal(['-1 DISPROVEN', '-2 DONE']);
    });

    it('PRICE_CHANGED beyond what the order allows ends with its reason', async () => {
      const goods = await stage.stockUp(seller);
      const { id } = await orderToBuy(stage, goods);
      await answer(stage, 'order-create', notPlaced('PRICE_CHANGED'), { times: 1 });
      await purchase(id);
      await changeProduct(stage, goods, { sku: { priceMinor: '1900' } });
      await purchase(id);
      expect(await stage.order(id)).to.include({ status: 'FAILED', reason: 'PRICE_ABOVE_MAXIMUM' });
      expect(await held(id)).to.deep.equal(['RELEASED']);
    });

    for (const [code, reason] of [
      ['PRICE_CHANGED', 'SUPPLIER_REFUSED'],
      ['DELIVERY_METHOD_NOT_EXIST', 'NOT_SHIPPABLE'],
    ] as const)
      it(`${code} again and again was tried for ever: the third time it is ${reason}`, async () => {
        const id = await toBuy();
        await answer(stage, 'order-create', notPlaced(code));
        for (let time = 0; time < 3; time += 1) await purchase(id);
        expect(await stage.order(id)).to.include({ status: 'FAILED', reason });
        expect(await intents(id)).to.have.length(3);
        expect(await held(id)).to.deep.equal(['RELEASED']);
      });
  });

  describe('and settles only the call that it answers', () => {
    const refuse = (times = 1) => answer(stage, 'order-create', notPlaced('PRODUCT_NOT_EXIST'), { times });

    it('a create whose answer was lost is not undone by the "no" to its repetition', async () => {
      const id = await toBuy();
      await cutReply(stage);
      expect(await purchase(id)).to.match(/^uncertain \(ALIEXPRESS_NO_ANSWER\)/);
      await refuse();
      expect(await purchase(id)).to.match(/^uncertain \(EFFECT_CONTRADICTED\)/);
      expect(await intents(id)).to.deep.equal(['-1 OPEN']);
      expect(await held(id)).to.deep.equal(['HELD']);
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await boughtFor(stage, id)).to.equal(1);
    });

    it('nor by all of them: a person decides in the end, with the money still held', async () => {
      const id = await toBuy();
      await cutReply(stage);
      await purchase(id);
      await refuse(10);
      for (const hours of [0, 5, 19])
        expect(await purchase(id, { now: fromNow(hours * hourMs + 1_000) })).to.match(/^uncertain/);
      await purchase(id, { now: fromNow(21 * hourMs) });
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
      expect(await held(id)).to.deep.equal(['HELD']);
      expect(await boughtFor(stage, id)).to.equal(1);
    });

    const deaths: readonly { at: Failpoint; settled: boolean }[] = [
      { at: 'effect-opened', settled: true },
      { at: 'effect-sending', settled: false },
      { at: 'effect-answered', settled: false },
    ];
    for (const { at, settled } of deaths)
      it(`a process that died at ${at} ${settled ? 'had sent nothing' : 'may have sent it'}: the next "no" ${settled ? 'settles it' : 'does not settle it'}`, async () => {
        const id = await toBuy();
        const failpoint = (name: Failpoint) => {
          if (name === at) throw new Error(`died at ${name}`);
        };
        await purchase(id, { failpoint }).catch((error: Error) => error);
        await refuse();
        const told = await purchase(id);
        if (settled) expect(await stage.order(id)).to.include({ status: 'FAILED', reason: 'PRODUCT_GONE' });
        else {
          expect(told).to.match(/^uncertain \(EFFECT_CONTRADICTED\)/);
          expect(await purchase(id)).to.equal('PURCHASED');
          expect(await boughtFor(stage, id)).to.equal(1);
        }
      });

    it('a send that was answered with "not now" leaves nothing open: the next "no" settles it', async () => {
      const id = await toBuy();
      await answer(stage, 'order-create', gatewaySays('ApiCallLimit'), { times: 1 });
      await purchase(id).catch((error: unknown) => error);
      await refuse();
      await until(id);
      expect(await stage.order(id)).to.include({ status: 'FAILED', reason: 'PRODUCT_GONE' });
    });

    it('a send that was answered with "not now" leaves an earlier lost one open', async () => {
      const id = await toBuy();
      await cutReply(stage);
      await purchase(id);
      await answer(stage, 'order-create', gatewaySays('ApiCallLimit'), { times: 1 });
      await purchase(id).catch((error: unknown) => error);
      await refuse();
      await until(id);
      expect(await intents(id)).to.deep.equal(['-1 OPEN']);
      expect(await stage.order(id)).to.include({ status: 'PURCHASING' });
    });

    const until = (id: string) => purchase(id, { now: fromNow(60_000) }).catch((error: unknown) => error);
  });

  describe('for want of a permission', () => {
    const bought = async (own: Seller) => orderToBuy(stage, await stage.stockUp(own));
    const logIn = async (own: Seller) => {
      const { box, config } = stage.context;
      const login = {
        userId: own.id,
        environment: config.aliexpress.environment,
        email: own.email,
        password: 'secret',
      };
      await stage.store.transaction(em => keepBrowserLogin(em, box, { ...login, moneyHolder: 'reseller' }));
    };
    const ownMoney = async () => {
      const own = await stage.hireSeller({ supplier: 'reseller' });
      await stage.store.transaction(em => setAvailable(em, own.id, money(100_000n, 'USD'), new Date()));
      return own;
    };

    for (const operation of ['product-get', 'freight-query', 'order-create'] as const)
      for (const code of ['InsufficientPermission', 'isv.permission-api-package-limit'])
        it(`${code} at ${operation} was tried for ever: its account is to be connected again, and nothing fails`, async () => {
          const { id } = await bought(await stage.hireSeller());
          await answer(stage, operation, gatewaySays(code));
          await purchase(id);
          expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'RECONNECT_NEEDED' });
          expect((await notesOf(stage, id)).at(-1)).to.match(/must be connected again/);
          expect(await boughtFor(stage, id)).to.equal(0);
        });

    it('hands over to the browser where that may buy', async () => {
      const own = await ownMoney();
      await logIn(own);
      const { id } = await bought(own);
      await answer(stage, 'order-create', gatewaySays('InsufficientPermission'));
      const browser = { config: { allowBrowserAutomation: true } };
      expect(await purchase(id, browser)).to.equal('handed over to the browser');
      expect(await stage.order(id)).to.include({ status: 'PURCHASING', purchaseRoute: 'browser' });
    });

    it('never hands over what may have been bought already', async () => {
      const own = await ownMoney();
      await logIn(own);
      const { id } = await bought(own);
      await cutReply(stage);
      await purchase(id);
      await answer(stage, 'order-create', gatewaySays('InsufficientPermission'));
      await purchase(id, { config: { allowBrowserAutomation: true } });
      expect(await stage.order(id)).to.include({ waitReason: 'RECONNECT_NEEDED', purchaseRoute: 'api' });
      expect(await intents(id)).to.deep.equal(['-1 OPEN']);
    });
  });

  it('a question that is refused for an unknown reason was asked for ever: after an hour a person has the answer', async () => {
    const id = await toBuy();
    const body = { aliexpress_ds_product_get_response: { rsp_code: 777, rsp_msg: 'A rule of tomorrow' } };
    await answer(stage, 'product-get', body);
    for (const met of await meetForAnHour(changes => purchase(id, changes))) expect(met).to.be.instanceOf(Unreadable);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'UNREADABLE_ANSWER' });
    expect((await evidenceTexts(stage.store, id))[0]).to.include('A rule of tomorrow');
  });
});
