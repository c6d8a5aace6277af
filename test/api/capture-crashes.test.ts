/** Covers: workers/payment/capture-payment.ts, api/routes/checkout.ts, store/send-once.ts. */
import { expect } from 'chai';
import type { Failpoint as EffectFailpoint } from '../../store/send-once.ts';
import type { Failpoint } from '../../workers/context/context.ts';
import { capturePayment } from '../../workers/payment/capture-payment.ts';
import { approvedCart, type Cart, capture } from './cart.ts';
import { type Api, type Member, openApi } from './open-api.ts';

describe('api: a payment outlives the process that takes it', () => {
  let api: Api;
  let mia: Member;
  before(async () => {
    api = await openApi();
    mia = await api.hire({ supplier: null });
  });
  after(() => api[Symbol.asyncDispose]());

  afterEach(() => fetch(`${api.stage.sandboxUrl}/_control/faults`, { method: 'DELETE' }));

  const newCart = async () => {
    const cart = await approvedCart(api, await api.stage.stockUp(mia));
    await capture(api, cart);
    // The process died with its job.
    api.stage.jobs.length = 0;
    return cart;
  };
  const captures = async ({ paypalOrderId }: Cart) =>
    (await api.stage.effects('capture')).filter(({ key }) => key === paypalOrderId);
  const status = async ({ orderId }: Cart) => (await api.stage.order(orderId)).status;

  const diesAt = (cart: Cart, where: Failpoint): Promise<string> =>
    capturePayment(
      { orderId: cart.orderId },
      {
        ...api.stage.context,
        failpoint: name => {
          if (name === where) throw new Error(`died at ${where}`);
        },
      },
    ).catch((error: Error) => error.message);

  const sweepUntilPaid = async (cart: Cart): Promise<void> => {
    for (let look = 0; look < 10 && (await status(cart)) === 'CREATED'; look += 1) await api.stage.sweepAndDrain();
  };
  const expectPaidOnce = async (cart: Cart) => {
    expect(await status(cart)).to.not.be.oneOf(['CREATED', 'NEEDS_REVIEW']);
    expect(await captures(cart)).to.have.length(1);
    const rows = await api.rows('select status from payments where order_id = ?', [cart.orderId]);
    expect(rows).to.deep.equal([{ status: 'COMPLETED' }]);
    const posted = await api.rows(
      `select count(*)::int as n from ledger_transactions where order_id = ? and event like 'paid:%'`,
      [cart.orderId],
    );
    expect(posted).to.deep.equal([{ n: 1 }]);
  };

  const capturedBy: Record<EffectFailpoint, number> = {
    'effect-opened': 0,
    'effect-sending': 0,
    'effect-answered': 1,
    'effect-closed': 1,
  };
  for (const [where, before] of Object.entries(capturedBy)) {
    it(`dies at ${where}: the sweep finds the payment, and takes it once`, async () => {
      const cart = await newCart();
      expect(await diesAt(cart, where as Failpoint)).to.equal(`died at ${where}`);
      expect(await captures(cart), 'what PayPal did before the crash').to.have.length(before);
      expect(await status(cart)).to.equal('CREATED');
      expect(await api.rows('select from payments where order_id = ?', [cart.orderId])).to.deep.equal([]);
      await sweepUntilPaid(cart);
      await expectPaidOnce(cart);
    });
  }

  it('was never told that the buyer approved: the sweep asks PayPal', async () => {
    const cart = await approvedCart(api, await api.stage.stockUp(mia));
    await sweepUntilPaid(cart);
    await expectPaidOnce(cart);
  });

  it('dies at every one of them in turn', async () => {
    const cart = await newCart();
    for (const where of Object.keys(capturedBy) as Failpoint[]) await diesAt(cart, where);
    await sweepUntilPaid(cart);
    await expectPaidOnce(cart);
  });

  it('loses PayPal’s answer: the payment is found', async () => {
    const cart = await newCart();
    await api.stage.control('faults', { provider: 'paypal', operation: 'capture', kind: 'drop-reply', times: 1 });
    expect(await api.stage.perform('capture-payment', cart.orderId)).to.match(/uncertain/);
    expect(await captures(cart)).to.have.length(1);
    await sweepUntilPaid(cart);
    await expectPaidOnce(cart);
  });

  for (const fault of [{ kind: 'status', status: 500 }, { kind: 'malformed' }] as const) {
    it(`gets an answer that says nothing (${JSON.stringify(fault)}): the payment is found or taken, once`, async () => {
      const cart = await newCart();
      await api.stage.control('faults', { provider: 'paypal', operation: 'capture', times: 2, ...fault });
      await api.stage.perform('capture-payment', cart.orderId);
      await sweepUntilPaid(cart);
      await expectPaidOnce(cart);
    });
  }

  it('finds that somebody was faster (ORDER_ALREADY_CAPTURED): that is success', async () => {
    const cart = await newCart();
    const { context } = api.stage;
    const failpoint = async (name: Failpoint) => {
      if (name === 'effect-sending') await context.providers.paypal.captureOrder(cart.paypalOrderId, 'somebody-else');
    };
    expect(await capturePayment({ orderId: cart.orderId }, { ...context, failpoint })).to.equal('PAID');
    await expectPaidOnce(cart);
  });

  it('two of them at once capture once', async () => {
    const cart = await newCart();
    await Promise.allSettled(Array.from({ length: 4 }, () => api.stage.perform('capture-payment', cart.orderId)));
    await sweepUntilPaid(cart);
    await expectPaidOnce(cart);
  });
});
