/** Covers: sandbox/aliexpress/gateway.ts. */
import { expect } from 'chai';
import { signatureOf } from '../../sandbox/aliexpress/signature.ts';
import { address, createOrder, getOrder, item, numbersIn, resultOf, sync } from './aliexpress-calls.ts';
import { type Json, type Reply, startSandbox, type TestSandbox } from './start.ts';

describe('sandbox: AliExpress', () => {
  let sandbox: TestSandbox;
  let session: string;
  let account: Json;
  beforeEach(async () => {
    sandbox = await startSandbox();
    account = await sandbox.control('accounts', { provider: 'aliexpress', name: 'reseller-1' });
    session = account.accessToken;
    await product();
  });
  afterEach(() => sandbox.close());

  const product = (more: object = {}) =>
    sandbox.control('products', {
      productId: '1005001234567890',
      skus: [{ skuId: '12000037255569171', skuAttr: '14:193#Black', priceMinor: '1250', currency: 'USD', stock: 5 }],
      shippingFeeMinor: '199',
      ...more,
    });
  const errorOf = (reply: Reply) => reply.json.error_response?.code;
  const productGet = (more: Record<string, string> = {}) =>
    sync(sandbox, {
      method: 'aliexpress.ds.product.get',
      session,
      product_id: '1005001234567890',
      ship_to_country: 'US',
      ...more,
    });

  it('computes the signatures of the documented vectors', () => {
    const vector = (text: string) => text.split(' ').map(pair => pair.split('=') as [string, string]);
    const business = vector(
      'timestamp=1517820392000 access_token=test aliexpress_category_id=200135143 app_key=123456 method=aliexpress.logistics.redefining.getonlinelogisticsinfo sign_method=sha256',
    );
    const system = vector(
      'app_key=12345678 code=3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26 sign_method=sha256 timestamp=1517820392000',
    );
    expect(signatureOf(business, 'helloworld', 'sha256')).to.equal(
      'F7F7926B67316C9D1E8E15F7E66940ED3059B1638C497D77973F30046EFB5BBB',
    );
    expect(signatureOf(system, 'helloworld', 'sha256', '/auth/token/create')).to.equal(
      '35607762342831B6A417A0DED84B79C05FEFBF116969C48AD6DC00279A9F4D81',
    );
    expect(
      signatureOf([...system, ['method', '/auth/token/create']], 'helloworld', 'sha256', '/auth/token/create'),
    ).to.equal('85833DD7661196F4F9CBE5FA79870B60F799D4101B7688C2081DDA6755B1ED0F');
    expect(signatureOf(vector('foo=1 bar=2 foo_bar=3 foobar=4'), 'testsecret', 'md5')).to.equal(
      '54C22189FE38F1B7E6E4D701FB82851E',
    );
    const legacy = vector(
      'app_key=12345678 method=aliexpress.ds.product.get timestamp=1700000000000 format=json v=2.0 sign_method=md5 partner_id=taobao-sdk-python-20200924 session=test-access-token product_id=1005001234567890 ship_to_country=GB target_currency=GBP target_language=en_US',
    );
    expect(signatureOf(legacy, 'my_app_secret_123', 'md5')).to.equal('3C285A05E7275C1E100E170EFA715F1E');
  });

  it('says no with HTTP 200: signature, time, application, token, parameter, method', async () => {
    const replies = await Promise.all([
      productGet({ sign: 'F00' }),
      productGet({ timestamp: String(Date.now() - 7_300_000) }),
      productGet({ app_key: '999' }),
      productGet({ session: 'nobody' }),
      sync(sandbox, { method: 'aliexpress.ds.product.get', session, product_id: '1005001234567890' }),
      sync(sandbox, { method: 'aliexpress.ds.order.pay', session }),
    ]);
    expect(replies.map(reply => reply.status)).to.deep.equal([200, 200, 200, 200, 200, 200]);
    expect(replies.map(errorOf)).to.deep.equal([
      'IncompleteSignature',
      'IllegalTimestamp',
      'InvalidAppKey',
      'IllegalAccessToken',
      'MissingParameter',
      'InvalidApiPath',
    ]);
  });

  it('takes a time by its own clock or by the real one: tests move one of them, or both', async () => {
    const sixteenHours = 16 * 3_600;
    await sandbox.control('clock', { advanceSeconds: sixteenHours });
    const at = (ms: number) => productGet({ timestamp: String(Date.now() + ms) });
    expect(errorOf(await at(0))).to.equal(undefined);
    expect(errorOf(await at(sixteenHours * 1_000))).to.equal(undefined);
    expect(errorOf(await at((sixteenHours * 1_000) / 2))).to.equal('IllegalTimestamp');
  });

  it('shows products and freight, lists one level down', async () => {
    const shown = (await productGet()).json.aliexpress_ds_product_get_response.result;
    expect(shown.ae_item_sku_info_dtos.ae_item_sku_info_d_t_o[0]).to.include({
      sku_id: '12000037255569171',
      offer_sale_price: '12.50',
      sku_available_stock: 5,
    });
    const query = {
      quantity: 1,
      shipToCountry: 'US',
      productId: '1005001234567890',
      selectedSkuId: '12000037255569171',
      language: 'en_US',
      locale: 'en_US',
      currency: 'USD',
    };
    const freight = (body: object) =>
      sync(sandbox, { method: 'aliexpress.ds.freight.query', session, queryDeliveryReq: JSON.stringify(body) });
    const { result } = (await freight(query)).json.aliexpress_ds_freight_query_response;
    expect(result.delivery_options.delivery_option_d_t_o[0]).to.include({
      code: 'CAINIAO_STANDARD',
      shipping_fee_cent: '1.99',
      tracking: true,
    });
    const snake = await freight({ quantity: 1, ship_to_country: 'US' });
    expect(errorOf(snake)).to.equal('MissingParameter');
    await product({ shipsTo: ['BR'] });
    expect((await freight(query)).json.aliexpress_ds_freight_query_response.result.success).to.equal(false);
    expect((await productGet()).json.aliexpress_ds_product_get_response.rsp_code).to.equal(604);
  });

  it('places and pays an order whose number no double can hold', async () => {
    const reply = await createOrder(sandbox, session);
    const [number = ''] = numbersIn(reply);
    expect(Number.isSafeInteger(Number(number))).to.equal(false);
    expect(reply.text).to.contain(`"order_list":{"number":[${number}]}`);
    const order = await getOrder(sandbox, session, number);
    const { result } = order.json.aliexpress_trade_ds_order_get_response;
    expect(result).to.include({ order_status: 'WAIT_SELLER_SEND_GOODS', pay_timeout_second: '86400' });
    expect(result.user_order_amount).to.deep.equal({ amount: '14.49', currency_code: 'USD' });
    expect(result.child_order_list.aeop_child_order_info[0].actual_fee.amount).to.equal('14.49');
    expect(order.text).to.contain('"sku_id":12000037255569171');
    const [effect] = await sandbox.effects('supplier-order');
    expect(effect).to.include({ key: 'road-1', reference: number, amountMinor: '1449', currency: 'USD' });
    expect(effect.detail).to.include({ paid: true, accountId: account.accountId });
  });

  it('does not see camelCase keys', async () => {
    const camel = await createOrder(sandbox, session, { logistics_address: undefined, logisticsAddress: address });
    expect(errorOf(camel)).to.equal('MissingParameter');
    const { product_id, ...withoutId } = item;
    const items = await createOrder(sandbox, session, { product_items: [{ ...withoutId, productId: product_id }] });
    expect(errorOf(items)).to.equal('MissingParameter');
    expect(await sandbox.effects()).to.deep.equal([]);
  });

  for (const [code, order] of [
    ['B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL', { logistics_address: { ...address, full_name: 'Ada' } }],
    ['B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL', { logistics_address: { ...address, address: 'x'.repeat(36) } }],
    [
      'B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_CN_INVALID',
      { logistics_address: { ...address, country: 'BR', zip: '01310-100' } },
    ],
    ['SKU_NOT_EXIST', { product_items: [{ ...item, sku_attr: '14:194' }] }],
    ['INVENTORY_HOLD_ERROR', { product_items: [{ ...item, product_count: 6 }] }],
    ['DELIVERY_METHOD_NOT_EXIST', { product_items: [{ ...item, logistics_service_name: 'PIGEON' }] }],
    ['ITEM_ID_NOT_FOUND', { product_items: [{ ...item, product_id: '42' }] }],
  ] as const)
    it(`answers ${code} to ${JSON.stringify(order).slice(-50)}`, async () => {
      expect(resultOf(await createOrder(sandbox, session, order))).to.include({ is_success: false, error_code: code });
    });

  const german = { ...address, country: 'DE', province: 'Hesse', city: 'Frankfurt', zip: '60311' };
  const goodNumber = { phone_country: '+49', mobile_no: '15112345678' };
  for (const [field, changes] of [
    ['province', { province: 'Hessen' }],
    ['province', { province: 'HE' }],
    ['city', { city: 'Frankfurt am Main' }],
    ['mobile_no', { mobile_no: '015112345678' }],
    ['mobile_no', { mobile_no: '151 12345678' }],
    ['zip', { zip: 'D-60311' }],
    ['zip', { country: 'SE', province: 'Skane', city: 'Lund', zip: '184 36' }],
    ['full_name', { full_name: 'Łucja Nowak' }],
    ['address', { address: 'Ερμού 10' }],
  ] as const)
    it(`refuses ${JSON.stringify(changes)}, and says that it is the ${field}`, async () => {
      const asked = { logistics_address: { ...german, ...goodNumber, ...changes } };
      const { error_code, error_msg } = resultOf(await createOrder(sandbox, session, asked));
      expect(error_code).to.equal('B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL');
      expect(error_msg).to.match(new RegExp(`^${field}: `));
    });

  it('takes an address in its own words, towns as Other, and the zero of Italy', async () => {
    const words = { ...german, ...goodNumber, city: 'Other' };
    expect(resultOf(await createOrder(sandbox, session, { logistics_address: words }))).to.include({
      is_success: true,
    });
    const italian = { country: 'IT', province: 'Lazio', city: 'Roma', phone_country: '+39', mobile_no: '061234567' };
    const asked = { out_order_id: 'road-2', logistics_address: { ...german, ...italian, zip: '00118' } };
    expect(resultOf(await createOrder(sandbox, session, asked))).to.include({ is_success: true });
  });

  it('leaves orders to Chile, and those without white list, unpaid until somebody pays', async () => {
    const chile = { ...address, country: 'CL', province: 'Metropolitana de Santiago' };
    const reply = await createOrder(sandbox, session, { logistics_address: chile });
    expect(resultOf(reply)).to.include({ is_success: true, error_msg: 'OrderCreated, autoPay fail:APIPayFail' });
    const [number = ''] = numbersIn(reply);
    const status = async () =>
      (await getOrder(sandbox, session, number)).json.aliexpress_trade_ds_order_get_response.result.order_status;
    expect(await status()).to.equal('PLACE_ORDER_SUCCESS');
    await sandbox.control('pay', { number });
    expect(await status()).to.equal('WAIT_SELLER_SEND_GOODS');
    const other = await sandbox.control('accounts', { provider: 'aliexpress', name: 'reseller-2', autoPay: false });
    expect(resultOf(await createOrder(sandbox, other.accessToken)).error_msg).to.match(/autoPay fail/);
  });

  it('closes what nobody pays in time, and puts the goods back', async () => {
    await sandbox
      .control('accounts', { provider: 'aliexpress', name: 'reseller-1', accessTtlSeconds: 200_000 })
      .then(given => {
        session = given.accessToken;
      });
    const [number = ''] = numbersIn(await createOrder(sandbox, session, {}, {}));
    expect((await productGet()).text).to.contain('"sku_available_stock":4');
    await sandbox.control('clock', { advanceSeconds: 86_401 });
    const order = await getOrder(sandbox, session, number);
    expect(order.json.aliexpress_trade_ds_order_get_response.result.order_status).to.equal('FINISH');
    expect(order.text).to.contain('"end_reason":"CANCELED"');
    expect((await productGet()).text).to.contain('"sku_available_stock":5');
  });

  it('makes one order of one out_order_id, for 24 hours', async () => {
    await sandbox
      .control('accounts', { provider: 'aliexpress', name: 'reseller-1', accessTtlSeconds: 200_000 })
      .then(given => {
        session = given.accessToken;
      });
    const first = numbersIn(await createOrder(sandbox, session));
    expect(numbersIn(await createOrder(sandbox, session))).to.deep.equal(first);
    await sandbox.control('settings', { duplicateOutOrderId: 'repeated-order-error' });
    const refused = await createOrder(sandbox, session);
    expect(resultOf(refused)).to.include({ is_success: false, error_code: 'REPEATED_ORDER_ERROR' });
    expect(numbersIn(refused)).to.deep.equal([]);
    expect(await sandbox.effects()).to.have.length(1);
    await sandbox.control('clock', { advanceSeconds: 86_401 });
    expect(numbersIn(await createOrder(sandbox, session))).not.to.deep.equal(first);
  });

  it('makes two orders of one create when the goods come from two stores, for the same money', async () => {
    await product({ ordersPerCreate: 2 });
    const numbers = numbersIn(await createOrder(sandbox, session));
    expect(new Set(numbers)).to.have.property('size', 2);
    const effects = await sandbox.effects('supplier-order');
    expect(effects.map(effect => effect.key)).to.deep.equal(['road-1', 'road-1']);
    expect(effects.reduce((sum, effect) => sum + Number(effect.amountMinor), 0)).to.equal(1449);
  });

  it('lets the platform pay from its PayPal balance, as far as that goes', async () => {
    await sandbox.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '2000' });
    const platform = await sandbox.control('accounts', { provider: 'aliexpress', name: 'platform-main' });
    expect(resultOf(await createOrder(sandbox, platform.accessToken))).not.to.have.property('error_msg');
    const second = await createOrder(sandbox, platform.accessToken, { out_order_id: 'road-2' });
    expect(resultOf(second).error_msg).to.match(/autoPay fail/);
    expect((await sandbox.control('balance', undefined, 'GET')).paypal.real.USD).to.equal('551');
  });

  it('shows an order to its own account only', async () => {
    const [number = ''] = numbersIn(await createOrder(sandbox, session));
    const other = await sandbox.control('accounts', { provider: 'aliexpress', name: 'reseller-2' });
    expect(errorOf(await getOrder(sandbox, other.accessToken, number))).to.equal('isv.insufficient-permission');
  });

  it('tracks parcels once there are any', async () => {
    const [number = ''] = numbersIn(await createOrder(sandbox, session));
    const track = () =>
      sync(sandbox, { method: 'aliexpress.ds.order.tracking.get', session, ae_order_id: number, language: 'en_US' });
    expect((await track()).json.aliexpress_ds_order_tracking_get_response.result).to.include({
      ret: false,
      code: '1001',
    });
    const events = [{ at: '2026-11-20T10:00:00Z', description: 'Accepted by carrier' }];
    await sandbox.control('supplier', {
      number,
      status: 'WAIT_BUYER_ACCEPT_GOODS',
      tracking: [{ trackingNumber: 'LP00123', carrier: 'CAINIAO', events }],
    });
    const { data } = (await track()).json.aliexpress_ds_order_tracking_get_response.result;
    expect(data.tracking_detail_line_list.tracking_detail[0].mail_no).to.equal('LP00123');
  });

  it('refreshes tokens over /sync and /rest; the refresh token keeps its end', async () => {
    const expired = await sandbox.control('accounts', { provider: 'aliexpress', name: 'reseller-1', expired: true });
    session = expired.accessToken;
    expect(errorOf(await productGet())).to.equal('IllegalAccessToken');
    const reply = await sync(sandbox, { method: '/auth/token/refresh', refresh_token: expired.refreshToken });
    const token = reply.json['/auth/token/refresh_response'];
    expect(token).to.include({ account_id: account.accountId, expires_in: 86_400, code: '0' });
    expect(new Date(token.refresh_token_valid_time).toISOString()).to.equal(expired.refreshExpiresAt);
    session = token.access_token;
    expect(errorOf(await productGet())).to.equal(undefined);
    const created = await sync(sandbox, { method: '/auth/token/create', code: expired.code });
    expect(created.json['/auth/token/create_response'].account).to.equal('reseller-1');
    expect(errorOf(await sync(sandbox, { method: '/auth/token/create', code: expired.code }))).to.equal('InvalidCode');
    expect(
      errorOf(await sync(sandbox, { method: '/auth/token/refresh', refresh_token: account.refreshToken })),
    ).to.equal('IllegalRefreshToken');
  });
});
