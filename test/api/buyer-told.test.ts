/** Covers: api/routes/checkout.ts, api/views/payment-outcome.ts, workers/payment/capture-payment.ts. */
import { expect } from 'chai';
import { until } from '../support/until.ts';
import { fromNow, hourMs, performWith } from '../workers/workbench.ts';
import { approvedCart, type Cart, capture, fillCart } from './cart.ts';
import { type Answer, type Api, type Json, type Member, openApi } from './open-api.ts';

describe('api: the buyer is told what became of the payment', () => {
  let api: Api;
  let mia: Member;
  before(async () => {
    api = await openApi({ env: { CHECKOUT_ANSWER_MS: '20000' } });
    mia = await api.hire({ supplier: null });
  });
  after(() => api[Symbol.asyncDispose]());
  beforeEach(() => {
    api.stage.jobs.length = 0;
  });
  afterEach(() => fetch(`${api.stage.sandboxUrl}/_control/faults`, { method: 'DELETE' }));

  const newCart = async (): Promise<Cart> => approvedCart(api, await api.stage.stockUp(mia));
  const willBe = ({ paypalOrderId }: Cart, outcome: object) =>
    api.stage.control('capture-outcome', { paypalOrderId, ...outcome });
  /** The buyer comes back from PayPal while a worker is at work. */
  const comeBack = async (cart: Cart): Promise<Answer> => {
    const asked = capture(api, cart);
    const job = await until(() => api.stage.jobs.find(({ queue }) => queue === 'capture-payment'));
    api.stage.jobs.length = 0;
    await api.stage.perform('capture-payment', String(job.payload.orderId));
    return asked;
  };
  const look = async ({ orderId, checkoutToken }: Cart): Promise<Json> =>
    (await api.call('GET', `/api/orders/${orderId}`, { headers: { 'x-checkout-token': checkoutToken } })).json;
  const pageOf = ({ paypalOrderId }: Cart) => `${api.stage.config.paypal.baseUrl}/checkoutnow?token=${paypalOrderId}`;
  /** What the answer says, and that the order says the same to whoever asks later. */
  const told = async (cart: Cart, answer: Answer): Promise<Json> => {
    expect(answer.status, answer.text).to.equal(200);
    expect(answer.headers.get('location')).to.equal(`/api/orders/${cart.orderId}`);
    const { orderId, ...said } = answer.json;
    expect(orderId).to.equal(cart.orderId);
    const { id: _id, payment: _payment, ...later } = await look(cart);
    expect(later).to.deep.equal(said);
    const { next, ...rest } = said;
    expect(next).to.be.a('string').and.not.equal('');
    return rest;
  };

  it('paid', async () => {
    const cart = await newCart();
    expect(await told(cart, await comeBack(cart))).to.deep.equal({ status: 'PAID', outcome: 'paid' });
    expect((await capture(api, cart)).json, 'asked again').to.include({ outcome: 'paid' });
  });

  it('paid, also where PayPal has not said its fee yet', async () => {
    const cart = await newCart();
    await willBe(cart, { withoutFee: true });
    expect(await told(cart, await comeBack(cart))).to.deep.equal({ status: 'PAID', outcome: 'paid' });
    expect(await look(cart)).to.include({ payment: 'COMPLETED' });
  });

  it('pending, with PayPal’s reason, and paid when PayPal lets it go', async () => {
    const cart = await newCart();
    await willBe(cart, { status: 'PENDING' });
    expect(await told(cart, await comeBack(cart))).to.deep.equal({
      status: 'CREATED',
      outcome: 'pending',
      reason: 'PENDING_REVIEW',
    });
    const [{ reference: captureId }] = (await api.rows('select reference from payments where order_id = ?', [
      cart.orderId,
    ])) as [Json];
    await api.stage.control('capture-status', { captureId, status: 'COMPLETED' });
    expect(await told(cart, await comeBack(cart))).to.deep.equal({ status: 'PAID', outcome: 'paid' });
  });

  it('declined, with the page where to choose another way to pay; approved again, it is captured under a new key', async () => {
    const cart = await newCart();
    await willBe(cart, { issue: 'INSTRUMENT_DECLINED' });
    const declined = {
      status: 'CREATED',
      outcome: 'declined',
      reason: 'INSTRUMENT_DECLINED',
      approveUrl: pageOf(cart),
    };
    expect(await told(cart, await comeBack(cart))).to.deep.equal(declined);
    expect(await told(cart, await comeBack(cart)), 'not before it is approved again').to.deep.equal(declined);
    await api.stage.control('approve', { paypalOrderId: cart.paypalOrderId });
    expect(await told(cart, await comeBack(cart))).to.deep.equal({ status: 'PAID', outcome: 'paid' });
    const captures = (await api.stage.effects('capture')).filter(({ key }) => key === cart.paypalOrderId);
    expect(captures).to.have.length(1);
    const keys = await api.rows(
      'select idempotency_key as key, status from effects where subject = ? order by generation',
      [cart.orderId],
    );
    expect(keys.map(({ status }) => status)).to.deep.equal(['DISPROVEN', 'DISPROVEN', 'DONE']);
    expect(new Set(keys.map(({ key }) => key)).size).to.equal(3);
  });

  it('declined, and approved again while nobody asks: PayPal’s word is enough', async () => {
    const cart = await newCart();
    await willBe(cart, { issue: 'INSTRUMENT_DECLINED' });
    await comeBack(cart);
    await api.stage.control('settings', { webhooks: true });
    await api.stage.control('approve', { paypalOrderId: cart.paypalOrderId });
    await until(() => api.stage.jobs.length === 1);
    await api.stage.control('settings', { webhooks: false });
    const [news] = api.stage.jobs.splice(0);
    await api.stage.perform('apply-event', String(news?.payload.eventId));
    api.stage.jobs.length = 0;
    await api.stage.perform('capture-payment', cart.orderId);
    expect(await look(cart)).to.include({ status: 'PAID', outcome: 'paid' });
  });

  for (const [what, issue, expected] of [
    ['an action of the buyer that PayPal waits for', 'PAYER_ACTION_REQUIRED', { outcome: 'declined', page: true }],
    ['a code that no table knows', 'CARD_TOO_OLD_FOR_THIS', { outcome: 'declined', page: true }],
    ['a payment that PayPal never takes for this order', 'TRANSACTION_REFUSED', { outcome: 'refused' }],
    ['a buyer who cannot pay', 'PAYER_CANNOT_PAY', { outcome: 'refused' }],
    ['an account of ours that may take no payments', 'PAYEE_ACCOUNT_RESTRICTED', { outcome: 'refused' }],
    [
      'an address that is refused',
      'SHIPPING_ADDRESS_INVALID',
      {
        outcome: 'refused',
        errors: [{ field: 'shippingAddress', message: 'PayPal says SHIPPING_ADDRESS_INVALID' }],
      },
    ],
    [
      'a city that does not fit its code',
      'INVALID_CITY_POSTAL_ZIP',
      {
        outcome: 'refused',
        errors: [
          { field: 'shippingAddress.city', message: 'PayPal says INVALID_CITY_POSTAL_ZIP' },
          { field: 'shippingAddress.postalCode', message: 'PayPal says INVALID_CITY_POSTAL_ZIP' },
        ],
      },
    ],
  ] as const)
    it(`not paid for ${what}: ${issue}`, async () => {
      const cart = await newCart();
      await willBe(cart, { issue });
      const { page, ...rest } = { page: false, ...expected };
      expect(await told(cart, await comeBack(cart))).to.deep.equal({
        status: 'CREATED',
        reason: issue,
        ...rest,
        ...(page ? { approveUrl: pageOf(cart) } : {}),
      });
    });

  it('refused, when PayPal’s order is done and its capture declined: it cannot be approved again', async () => {
    const cart = await newCart();
    await willBe(cart, { status: 'DECLINED' });
    expect(await told(cart, await comeBack(cart))).to.deep.equal({ status: 'CREATED', outcome: 'refused' });
  });

  it('not approved yet, and where to do it', async () => {
    const cart = await fillCart(api, await api.stage.stockUp(mia));
    expect(await told(cart, await comeBack(cart))).to.deep.equal({
      status: 'CREATED',
      outcome: 'not-approved',
      approveUrl: pageOf(cart),
    });
  });

  it('over, when nobody paid it in time', async () => {
    const cart = await newCart();
    await willBe(cart, { issue: 'INSTRUMENT_DECLINED' });
    await comeBack(cart);
    const later = performWith(api.stage, { now: fromNow(6.1 * hourMs) }, 'capture-payment', cart.orderId);
    expect(await later).to.equal('CANCELLED');
    expect(await look(cart)).to.include({ status: 'CANCELLED', outcome: 'over' });
    expect((await api.stage.effects('capture')).filter(({ key }) => key === cart.paypalOrderId)).to.deep.equal([]);
  });

  it('is never sent to a page that is not PayPal’s, whatever the refusal links to', async () => {
    const cart = await newCart();
    const body = {
      name: 'UNPROCESSABLE_ENTITY',
      details: [{ issue: 'INSTRUMENT_DECLINED' }],
      links: [
        { rel: 'redirect', href: 'https://www.paypal.com.evil.example/checkoutnow?token=x' },
        { rel: 'redirect', href: 'javascript:alert(1)' },
        { rel: 'redirect' },
      ],
    };
    await api.stage.control('faults', { provider: 'paypal', operation: 'capture', kind: 'answer', status: 422, body });
    expect(await told(cart, await comeBack(cart))).to.include({ outcome: 'declined', approveUrl: pageOf(cart) });
  });

  it('is sent to the page that the refusal names, where that is PayPal’s', async () => {
    const cart = await newCart();
    const page = 'https://www.paypal.com/checkoutnow?token=another';
    const body = {
      name: 'UNPROCESSABLE_ENTITY',
      details: [{ issue: 'INSTRUMENT_DECLINED' }],
      links: [{ rel: 'redirect', href: page }],
    };
    await api.stage.control('faults', { provider: 'paypal', operation: 'capture', kind: 'answer', status: 422, body });
    expect(await told(cart, await comeBack(cart))).to.include({ outcome: 'declined', approveUrl: page });
  });

  it('not known yet: while the answer to a capture is lost, nobody says paid or declined', async () => {
    const cart = await newCart();
    await api.stage.control('faults', { provider: 'paypal', operation: 'capture', kind: 'drop-reply' });
    const { orderId } = cart;
    await api.stage.perform('capture-payment', orderId);
    expect(await look(cart)).to.include({ status: 'CREATED', outcome: 'unknown', payment: null });
    expect(await told(cart, await comeBack(cart))).to.deep.equal({ status: 'PAID', outcome: 'paid' });
  });
});

describe('api: a buyer whose payment nobody can tell of yet', () => {
  it('hears so within the time, and where to ask again', async () => {
    await using api = await openApi({ env: { CHECKOUT_ANSWER_MS: '300' } });
    const cart = await approvedCart(api, await api.stage.stockUp(await api.hire()));
    const answer = await capture(api, cart);
    expect(answer.status).to.equal(202);
    expect(answer.json).to.include({ orderId: cart.orderId, status: 'CREATED', outcome: 'unknown' });
    expect(answer.headers.get('location')).to.equal(`/api/orders/${cart.orderId}`);
    expect(answer.headers.get('retry-after')).to.equal('2');
  });
});
