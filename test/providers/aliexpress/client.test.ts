import { expect } from 'chai';
import type { Failure } from '../../../domain/call-outcome.ts';
import { createAliExpressClient } from '../../../providers/aliexpress/client.ts';
import { signParameters } from '../../../providers/aliexpress/sign.ts';
import { usd } from '../../support/money.ts';
import { account, orderOf, product, skuId, toBuyer, unique } from '../contract/goods.ts';
import { credentials, type SandboxWorld, startSandboxWorld } from '../sandbox-world.ts';
import { startStub } from '../stub-server.ts';
import { failureOf, thrownBy } from '../thrown-by.ts';

describe('AliExpress client against the sandbox', () => {
  let world: SandboxWorld;
  before(async () => {
    world = await startSandboxWorld();
  });
  afterEach(() => world.control('settings', { duplicateOutOrderId: 'same-order', collapseSingleLists: false }));
  after(() => world[Symbol.asyncDispose]());

  it('redeems a consent code once, and refreshes', async () => {
    const { accountId, code, refreshToken } = await account(world, 'aliexpress');
    const granted = await world.aliexpress.createToken(code);
    expect(granted).to.include({ accountId, refreshToken });
    expect((granted.accessExpiresAt.getTime() - Date.now()) / 1000).to.be.closeTo(86_400, 5);
    expect(((granted.refreshExpiresAt?.getTime() ?? 0) - Date.now()) / 1000).to.be.closeTo(172_800, 5);
    expect(await failureOf(() => world.aliexpress.createToken(code))).to.equal('terminal ALIEXPRESS_INVALID_CODE');
    expect((await world.aliexpress.refreshToken(refreshToken)).accessToken).not.to.equal(granted.accessToken);
    const unknown = () => world.aliexpress.refreshToken('made-up');
    expect(await failureOf(unknown)).to.equal('terminal ALIEXPRESS_ILLEGAL_REFRESH_TOKEN');
  });

  it('tells a refused token from every other failure, on an order too', async () => {
    const token = await account(world, 'aliexpress', { expired: true });
    const productId = await product(world);
    const frozen = orderOf(productId);
    expect(
      await failureOf(() => world.aliexpress.getProduct(token, { productId, skuId, shipToCountry: 'US' })),
    ).to.equal('retryable ACCESS_TOKEN_REFUSED');
    expect(await failureOf(() => world.aliexpress.createOrder(token, frozen))).to.equal(
      'retryable ACCESS_TOKEN_REFUSED',
    );
    const renewed = await world.aliexpress.refreshToken(token.refreshToken);
    expect(await world.aliexpress.createOrder(renewed, frozen)).to.include({ paid: true });
  });

  it('reads a product, and what is gone or does not travel', async () => {
    const token = await account(world, 'aliexpress');
    const sku = { skuId, skuAttr: '14:193#Red', priceMinor: '1050', importChargesMinor: '250', stock: 3 };
    const productId = await product(world, { skus: [sku], shipsTo: ['US', 'BR'] });
    expect(await world.aliexpress.getProduct(token, { productId, skuId, shipToCountry: 'US' })).to.deep.equal({
      productId,
      onSale: true,
      sku: { skuId, skuAttr: '14:193#Red', price: usd(1050n), stock: 3, importCharges: usd(250n) },
    });
    const to =
      (shipToCountry: string, id = productId) =>
      () =>
        world.aliexpress.getProduct(token, { productId: id, skuId, shipToCountry });
    expect((await to('BR')()).sku).not.to.have.property('importCharges');
    const other = { productId, skuId: '12000000000000002', shipToCountry: 'US' };
    expect(await world.aliexpress.getProduct(token, other)).to.deep.equal({ productId, onSale: true });
    expect(await failureOf(to('FR'))).to.equal('terminal ALIEXPRESS_ITEM_IS_NOT_ALLOWED_TO_THIS_COUNTRY');
    expect(await failureOf(to('US', '404'))).to.equal('terminal ALIEXPRESS_ITEM_ID_NOT_FOUND');
  });

  it('reads lists of one that come without brackets', async () => {
    await world.control('settings', { collapseSingleLists: true });
    const token = await account(world, 'aliexpress');
    const productId = await product(world);
    const want = { productId, skuId, shipToCountry: 'US' };
    expect((await world.aliexpress.getProduct(token, want)).sku).to.include({ skuId, skuAttr: '14:193#Red' });
    const { orderNumbers } = await world.aliexpress.createOrder(token, orderOf(productId));
    expect(orderNumbers).to.have.length(1);
    expect(await world.aliexpress.getOrder(token, orderNumbers[0] ?? '')).to.deep.include({ charged: usd(2299n) });
  });

  it('offers ways to send it, and none where it cannot go', async () => {
    const token = await account(world, 'aliexpress');
    const productId = await product(world, { shipsTo: ['US'] });
    const query = { productId, skuId, quantity: 1, to: toBuyer };
    const [offer] = await world.aliexpress.queryFreight(token, query);
    expect(offer).to.deep.include({ code: 'CAINIAO_STANDARD', fee: usd(199n), tracked: true });
    expect(await world.aliexpress.queryFreight(token, { ...query, to: { ...toBuyer, country: 'FR' } })).to.deep.equal(
      [],
    );
    expect(await world.aliexpress.queryFreight(token, { ...query, productId: '404' })).to.deep.equal([]);
  });

  it('buys, and sees what was really charged under numbers above 2^53', async () => {
    const token = await account(world, 'aliexpress');
    const productId = await product(world, { actualShippingMinor: '398', ordersPerCreate: 2 });
    const { orderNumbers, paid } = await world.aliexpress.createOrder(token, orderOf(productId));
    expect([orderNumbers.length, paid]).to.deep.equal([2, true]);
    for (const number of orderNumbers) expect(BigInt(number) > 2n ** 53n).to.equal(true);
    const orders = await Promise.all(orderNumbers.map(number => world.aliexpress.getOrder(token, number)));
    expect(orders.map(({ status }) => status)).to.deep.equal(['PAID', 'PAID']);
    expect(orders.reduce((sum, { charged }) => sum + (charged?.amountMinor ?? 0n), 0n)).to.equal(2n * 1050n + 398n);
  });

  it('tells orders that stand unpaid from orders that failed', async () => {
    const token = await account(world, 'aliexpress', { autoPay: false });
    const placed = await world.aliexpress.createOrder(token, orderOf(await product(world)));
    expect(placed).to.include({ paid: false, message: 'OrderCreated, autoPay fail:APIPayFail' });
    const order = await world.aliexpress.getOrder(token, placed.orderNumbers[0] ?? '');
    expect(order).to.include({ status: 'PLACED_UNPAID', rawStatus: 'PLACE_ORDER_SUCCESS' });
    expect(((order.payDeadline?.getTime() ?? 0) - Date.now()) / 1000).to.be.closeTo(86_400, 5);
  });

  it('does not take a repeated order for a failed one', async () => {
    const token = await account(world, 'aliexpress');
    const frozen = orderOf(await product(world));
    const { orderNumbers } = await world.aliexpress.createOrder(token, frozen);
    expect((await world.aliexpress.createOrder(token, frozen)).orderNumbers).to.deep.equal(orderNumbers);
    await world.control('settings', { duplicateOutOrderId: 'repeated-order-error' });
    expect(await failureOf(() => world.aliexpress.createOrder(token, frozen))).to.equal(
      'uncertain ALIEXPRESS_REPEATED_ORDER_ERROR',
    );
  });

  it('is declined with the reason', async () => {
    const token = await account(world, 'aliexpress');
    const soldOut = await product(world, { skus: [{ skuId, skuAttr: '14:193#Red', priceMinor: '1', stock: 0 }] });
    const renamed = await product(world, { skus: [{ skuId, skuAttr: '14:193#Crimson', priceMinor: '1', stock: 9 }] });
    const buy = (productId: string) => () => world.aliexpress.createOrder(token, orderOf(productId));
    expect(await failureOf(buy(soldOut))).to.equal('uncertain ALIEXPRESS_INVENTORY_HOLD_ERROR');
    expect(await failureOf(buy(renamed))).to.equal('terminal ALIEXPRESS_SKU_NOT_EXIST');
    expect(await failureOf(buy('404'))).to.equal('terminal ALIEXPRESS_ITEM_ID_NOT_FOUND');
  });

  it('follows the goods', async () => {
    const { control, aliexpress } = world;
    const token = await account(world, 'aliexpress');
    const productId = await product(world);
    const { orderNumbers } = await aliexpress.createOrder(token, orderOf(productId));
    const number = orderNumbers[0] ?? '';
    expect(await aliexpress.getTracking(token, number)).to.deep.equal([]);
    const events = [{ at: '2026-11-20T08:00:00.000Z', description: 'Left the warehouse' }];
    const tracking = [{ trackingNumber: 'LP00123', carrier: 'CAINIAO', events }];
    await control('supplier', {
      number,
      status: 'WAIT_BUYER_ACCEPT_GOODS',
      logisticsStatus: 'SELLER_SEND_GOODS',
      tracking,
    });
    expect(await aliexpress.getOrder(token, number)).to.include({ status: 'SHIPPED' });
    const [parcel] = await aliexpress.getTracking(token, number);
    expect(parcel).to.deep.include({
      trackingNumber: 'LP00123',
      carrier: 'CAINIAO',
      items: [{ quantity: 2 }],
    });
    expect(parcel?.events[0]?.at).to.deep.equal(new Date('2026-11-20T08:00:00Z'));
    await control('supplier', { number, status: 'FINISH', logisticsStatus: 'BUYER_ACCEPT_GOODS' });
    expect(await aliexpress.getOrder(token, number)).to.include({ status: 'DELIVERED', rawStatus: 'FINISH' });
  });

  it('does not see the orders of another account', async () => {
    const { orderNumbers } = await world.aliexpress.createOrder(
      await account(world, 'aliexpress'),
      orderOf(await product(world)),
    );
    const stranger = await account(world, 'aliexpress');
    const work = () => world.aliexpress.getOrder(stranger, orderNumbers[0] ?? '');
    expect(await failureOf(work)).to.equal('terminal ALIEXPRESS_ISV_INSUFFICIENT_PERMISSION');
  });

  it('says so when the secret is wrong', async () => {
    const options = { baseUrl: `${world.baseUrl}/aliexpress`, ...credentials.aliexpress, appSecret: 'wr0ng' };
    const error = await thrownBy(() => createAliExpressClient(options).refreshToken('t'));
    expect(error).to.include({ kind: 'terminal', code: 'ALIEXPRESS_INCOMPLETE_SIGNATURE' });
  });
});

describe('AliExpress client', () => {
  const client = (baseUrl: string) =>
    createAliExpressClient({ baseUrl, appKey: '123456', appSecret: 'helloworld', now: () => 1517820392000 });
  const form = (body: string) => Object.fromEntries(new URLSearchParams(body));

  it('signs what it sends, with the token as `session`', async () => {
    await using server = await startStub(() => ({ body: {} }));
    await thrownBy(() => client(server.url).getOrder({ accessToken: 'test' }, '42'));
    const { sign, ...sent } = form(server.seen[0]?.body ?? '');
    expect(server.seen[0]?.url).to.equal('/sync');
    expect(sent).to.deep.equal({
      app_key: '123456',
      format: 'json',
      method: 'aliexpress.trade.ds.order.get',
      session: 'test',
      sign_method: 'sha256',
      single_order_query: '{"order_id":"42"}',
      timestamp: '1517820392000',
    });
    expect(sign).to.equal(signParameters('helloworld', sent));
  });

  it('signs OAuth calls with their path in front, and without a token', async () => {
    await using server = await startStub(() => ({ body: {} }));
    await thrownBy(() => client(server.url).createToken('3_500102'));
    const { sign, ...sent } = form(server.seen[0]?.body ?? '');
    expect(sent)
      .to.include({ method: '/auth/token/create', code: '3_500102' })
      .and.not.have.any.keys('session', 'uuid');
    expect(sign).to.equal(signParameters('helloworld', sent, '/auth/token/create'));
  });

  it('sends an order as it was frozen', async () => {
    await using server = await startStub(() => ({ body: {} }));
    const frozen = { param_place_order_request4_open_api_d_t_o: '{ "out_order_id":"o" }', ds_extend_request: '{}' };
    for (let time = 0; time < 2; time += 1)
      await thrownBy(() => client(server.url).createOrder({ accessToken: 't' }, JSON.stringify(frozen)));
    for (const { body } of server.seen) expect(form(body)).to.include(frozen);
  });

  const placing = async (result: unknown) => {
    await using server = await startStub(() => ({ body: { aliexpress_trade_buy_placeorder_response: { result } } }));
    return await client(server.url).createOrder({ accessToken: 't' }, '{}');
  };
  for (const [what, result, code] of [
    ['a success without a number', { is_success: true, order_list: {} }, 'uncertain ALIEXPRESS_MALFORMED_ANSWER'],
    [
      'a failure with a number',
      { is_success: false, error_code: 'A002_INVALID_ZONE', order_list: { number: 1 } },
      'uncertain ALIEXPRESS_MALFORMED_ANSWER',
    ],
    ['a failure without a code', { is_success: false }, 'uncertain ALIEXPRESS_UNKNOWN'],
    ['a code that nobody knows', { is_success: false, error_code: 'NEW' }, 'terminal ALIEXPRESS_NEW'],
    ['a code of doubt', { is_success: false, error_code: 'NEW_SYSTEM_ERROR' }, 'uncertain ALIEXPRESS_NEW_SYSTEM_ERROR'],
    [
      'a number that is none',
      { is_success: false, error_code: 'NEW', order_list: { number: ['no'] } },
      'uncertain ALIEXPRESS_MALFORMED_ANSWER',
    ],
    [
      'one number that cannot be read',
      { is_success: true, order_list: { number: [1, {}] } },
      'uncertain ALIEXPRESS_MALFORMED_ANSWER',
    ],
    ['no result', undefined, 'uncertain ALIEXPRESS_MALFORMED_ANSWER'],
    [
      'a disabled account',
      { is_success: false, error_code: 'USER_ACCOUNT_DISABLED' },
      'terminal ALIEXPRESS_USER_ACCOUNT_DISABLED',
    ],
  ] as const) {
    it(`an order answered by ${what} is ${code}`, async () => {
      expect(await failureOf(() => placing(result))).to.equal(code);
    });
  }

  for (const status of [408, 409, 425, 429, 500, 503])
    it(`an order that was "not placed" with HTTP ${status} may have been placed`, async () => {
      const result = { is_success: false, error_code: 'PRODUCT_NOT_EXIST' };
      await using server = await startStub(() => ({ status, body: { a_response: { result } } }));
      const place = () => client(server.url).createOrder({ accessToken: 't' }, '{}');
      expect((await thrownBy(place)) as Failure).to.have.property('kind', status === 429 ? 'retryable' : 'uncertain');
    });

  for (const status of [408, 409, 425])
    it(`a refusal of the gateway's that is certain otherwise proves nothing with HTTP ${status}`, async () => {
      const body = { error_response: { type: 'ISV', code: 'InvalidParameter', msg: 'no' } };
      await using server = await startStub(() => ({ status, body }));
      const place = () => client(server.url).createOrder({ accessToken: 't' }, '{}');
      expect(await failureOf(place)).to.equal(`uncertain ALIEXPRESS_HTTP_${status}`);
    });

  it('takes an order that something is said against for unpaid, whatever is said', async () => {
    const placed = { is_success: true, order_list: { number: 1 } };
    for (const said of [{ error_msg: { why: 'no' } }, { error_msg: 7 }, { error_code: 'X' }])
      expect(await placing({ ...placed, ...said }), JSON.stringify(said)).to.deep.include({
        orderNumbers: ['1'],
        paid: false,
      });
    expect(await placing({ ...placed, error_msg: null, error_code: '' })).to.include({ paid: true });
  });

  it('takes the numbers from a repeated order that names them', async () => {
    const message = 'Duplicate order';
    const result = {
      is_success: false,
      error_code: 'REPEATED_ORDER_ERROR',
      error_msg: message,
      order_list: { number: [1, 2] },
    };
    expect(await placing(result)).to.deep.equal({ orderNumbers: ['1', '2'], paid: false, message });
  });

  it('keeps its secrets out of what it throws', async () => {
    await using server = await startStub(() => 'cut');
    const error = (await thrownBy(() =>
      client(server.url).createOrder({ accessToken: 's3cret' }, orderOf('1', unique('o'))),
    )) as Error;
    expect([error.stack, JSON.stringify(error), String(error.cause)].join()).not.to.match(/s3cret|helloworld/);
  });
});
