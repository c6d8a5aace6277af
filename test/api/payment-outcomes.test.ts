/** Covers: workers/payment/capture-payment.ts, workers/payment/paypal-status.ts, api/routes/checkout.ts. */
import { expect } from 'chai';
import { timelineLines } from '../support/timeline-lines.ts';
import { until } from '../support/until.ts';
import { approvedCart, type Cart, capture, performNext } from './cart.ts';
import { type Api, type Json, type Member, openApi } from './open-api.ts';

describe('api: what becomes of the buyer’s money', () => {
  let api: Api;
  let mia: Member;
  before(async () => {
    api = await openApi();
    // Nothing is bought or paid out here: PayPal would tell of that as well.
    mia = await api.hire({ supplier: null });
  });
  after(() => api[Symbol.asyncDispose]());
  afterEach(() => {
    api.stage.jobs.length = 0;
  });

  const control = (path: string, body: object): Promise<Json> => api.stage.control(path, body);
  const newCart = async (quantity = 1) => approvedCart(api, await api.stage.stockUp(mia), quantity);
  const nextCapture = ({ paypalOrderId }: Cart, outcome: object) =>
    control('capture-outcome', { paypalOrderId, ...outcome });
  const order = ({ orderId }: Cart) => api.stage.order(orderId);
  const payments = ({ orderId }: Cart): Promise<Json[]> =>
    api.rows('select reference, status, amount_minor, currency from payments where order_id = ? order by created_at', [
      orderId,
    ]);
  const timeline = async ({ orderId }: Cart): Promise<string> =>
    (await timelineLines(api.stage, { orderId })).map(({ note }) => note).join('\n');
  /** What the books say of one order, per account; they always sum to zero. */
  const booked = async ({ orderId }: Cart): Promise<Record<string, bigint>> => {
    const rows = await api.rows(
      `select account, sum(amount_minor)::text as amount from ledger_postings p join ledger_transactions t on t.id = p.transaction_id
       where t.order_id = ? group by account`,
      [orderId],
    );
    expect(rows.reduce((sum, { amount }) => sum + BigInt(amount), 0n)).to.equal(0n);
    return Object.fromEntries(rows.map(({ account, amount }) => [account, BigInt(amount)]));
  };
  /** PayPal tells something in so many events, and each is dealt with. */
  const toldByPayPal = async (tell: () => Promise<unknown>, events = 1): Promise<void> => {
    await control('settings', { webhooks: true });
    await tell();
    await until(() => api.stage.jobs.length === events);
    await control('settings', { webhooks: false });
    for (const { payload } of api.stage.jobs.splice(0)) await api.stage.perform('apply-event', String(payload.eventId));
    const captures = api.stage.jobs.splice(0).filter(({ queue }) => queue === 'capture-payment');
    for (const { payload } of captures) await api.stage.perform('capture-payment', String(payload.orderId));
  };

  it('COMPLETED is paid, and booked with the fee that PayPal kept', async () => {
    const cart = await newCart(2);
    await capture(api, cart);
    await performNext(api);
    expect((await order(cart)).status).to.equal('PAID');
    // 59.98: 3.49 % and 0.49
    expect(await booked(cart)).to.deep.equal({
      'cash:paypal': 5_740n,
      'fees:payment': 258n,
      'buyer-payments': -5_998n,
    });
  });

  it('PENDING is not paid, however often it is looked at', async () => {
    const cart = await newCart();
    await nextCapture(cart, { status: 'PENDING' });
    await capture(api, cart);
    expect(await performNext(api)).to.include('PENDING is not paid');
    for (let look = 0; look < 3; look += 1) await api.stage.sweepAndDrain();
    expect((await order(cart)).status).to.equal('CREATED');
    expect(await payments(cart)).to.have.length(1);
    expect((await payments(cart))[0]).to.include({ status: 'PENDING' });
    expect(await booked(cart)).to.deep.equal({});
  });

  it('PENDING is paid when PayPal completes it', async () => {
    const cart = await newCart();
    await nextCapture(cart, { status: 'PENDING' });
    await capture(api, cart);
    await performNext(api);
    const [{ reference: captureId }] = (await payments(cart)) as [Json];
    await toldByPayPal(() => control('capture-status', { captureId, status: 'COMPLETED' }));
    expect((await order(cart)).status).to.equal('PAID');
    expect(await payments(cart)).to.have.length(1);
    expect((await booked(cart))['buyer-payments']).to.equal(-2_999n);
  });

  it('PENDING that PayPal denies leaves the order unpaid', async () => {
    const cart = await newCart();
    await nextCapture(cart, { status: 'PENDING' });
    await capture(api, cart);
    await performNext(api);
    const [{ reference: captureId }] = (await payments(cart)) as [Json];
    await toldByPayPal(() => control('capture-status', { captureId, status: 'DECLINED' }));
    expect((await order(cart)).status).to.equal('CREATED');
    expect((await payments(cart))[0]).to.include({ status: 'DECLINED' });
  });

  it('a capture that ends DECLINED is not paid', async () => {
    const cart = await newCart();
    await nextCapture(cart, { status: 'DECLINED' });
    await capture(api, cart);
    await performNext(api);
    expect((await order(cart)).status).to.equal('CREATED');
    expect(await booked(cart)).to.deep.equal({});
  });

  it('a buyer whose card is refused may try again, and pays once', async () => {
    const cart = await newCart();
    await nextCapture(cart, { status: 'DECLINED', issue: 'INSTRUMENT_DECLINED' });
    await capture(api, cart);
    expect(await performNext(api)).to.include('PAYPAL_INSTRUMENT_DECLINED');
    expect((await order(cart)).status).to.equal('CREATED');
    await control('approve', { paypalOrderId: cart.paypalOrderId });
    expect((await capture(api, cart)).status).to.equal(202);
    expect(await performNext(api)).to.equal('PAID');
    const captures = (await api.stage.effects('capture')).filter(({ key }) => key === cart.paypalOrderId);
    expect(captures).to.have.length(1);
    const keys = await api.rows(`select idempotency_key, status from effects where subject = ? order by generation`, [
      cart.orderId,
    ]);
    expect(keys).to.deep.equal([
      { idempotency_key: `capture-${cart.orderId}-1`, status: 'DISPROVEN' },
      { idempotency_key: `capture-${cart.orderId}-2`, status: 'DONE' },
    ]);
  });

  for (const amountMinor of ['2998', '1', '3000']) {
    it(`${amountMinor} cents where 2999 were due are booked, and a person looks`, async () => {
      const cart = await newCart();
      await nextCapture(cart, { amountMinor });
      await capture(api, cart);
      await performNext(api);
      const { status, reason } = await order(cart);
      expect({ status, reason }).to.deep.equal({ status: 'NEEDS_REVIEW', reason: 'WRONG_AMOUNT' });
      expect((await payments(cart))[0]).to.include({ status: 'COMPLETED', amount_minor: amountMinor });
      expect((await booked(cart))['buyer-payments']).to.equal(-BigInt(amountMinor));
      expect(await timeline(cart)).to.include('arrived where 29.99 USD was due');
      await api.stage.sweepAndDrain();
      expect(await api.rows(`select from effects where purpose = 'buy' and subject = ?`, [cart.orderId])).to.deep.equal(
        [],
      );
    });
  }

  const ways = {
    'and PayPal tells of it': async (cart: Cart) => {
      await toldByPayPal(() => api.stage.context.providers.paypal.captureOrder(cart.paypalOrderId, 'elsewhere'), 2);
    },
    'and it is found when the order is asked after': async (cart: Cart) => {
      await api.stage.context.providers.paypal.captureOrder(cart.paypalOrderId, 'elsewhere');
      await api.stage.perform('capture-payment', cart.orderId);
    },
  };
  for (const [how, arrives] of Object.entries(ways)) {
    it(`money for a cancelled order, ${how}, is booked, and a person looks`, async () => {
      const cart = await newCart();
      await api.rows(`update orders set status = 'CANCELLED' where id = ?`, [cart.orderId]);
      await arrives(cart);
      const { status, reason } = await order(cart);
      expect({ status, reason }).to.deep.equal({ status: 'NEEDS_REVIEW', reason: 'PAID_AFTER_CANCEL' });
      expect((await payments(cart))[0]).to.include({ status: 'COMPLETED', amount_minor: '2999' });
      expect((await booked(cart))['buyer-payments']).to.equal(-2_999n);
    });
  }

  it('a cancelled order that nobody pays stays cancelled, and is not captured', async () => {
    const cart = await newCart();
    await api.rows(`update orders set status = 'CANCELLED' where id = ?`, [cart.orderId]);
    expect((await capture(api, cart)).json).to.include({ status: 'CANCELLED', outcome: 'over' });
    expect(api.stage.jobs).to.deep.equal([]);
    expect(await api.stage.perform('capture-payment', cart.orderId)).to.match(/nothing was captured/);
    expect((await order(cart)).status).to.equal('CANCELLED');
  });

  it('money that PayPal takes back before anything is bought stops the order', async () => {
    const cart = await newCart();
    await capture(api, cart);
    await performNext(api);
    api.stage.jobs.length = 0;
    const [{ reference: captureId }] = (await payments(cart)) as [Json];
    await toldByPayPal(() => control('capture-status', { captureId, status: 'REVERSED' }));
    const { status, reason } = await order(cart);
    expect({ status, reason }).to.deep.equal({ status: 'NEEDS_REVIEW', reason: 'PAYMENT_REVERSED' });
  });
});
