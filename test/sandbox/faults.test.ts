import { expect } from 'chai';
import { approvedOrder, type PayPal, payPal, representation } from './paypal-calls.ts';
import { startSandbox, type TestSandbox } from './start.ts';

describe('sandbox: faults', () => {
  let sandbox: TestSandbox;
  let paypal: PayPal;
  let orderId: string;
  beforeEach(async () => {
    sandbox = await startSandbox();
    paypal = await payPal(sandbox);
    orderId = await approvedOrder(sandbox, paypal);
  });
  afterEach(() => sandbox.close());

  const fault = (kind: string, more: object = {}) =>
    sandbox.control('faults', { provider: 'paypal', operation: 'capture', kind, times: 1, ...more });
  const capture = () =>
    paypal.post(`/v2/checkout/orders/${orderId}/capture`, {}, { 'paypal-request-id': 'c', ...representation });
  const captures = async () => (await sandbox.effects('capture')).length;
  const failureOf = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error: Error) => error,
    );

  it('drop-reply performs, then cuts the connection; the retry finds it done', async () => {
    await fault('drop-reply');
    expect(await failureOf(capture())).to.be.instanceOf(TypeError);
    expect(await captures()).to.equal(1);
    expect((await capture()).status).to.equal(200);
    expect(await captures()).to.equal(1);
  });

  it('status answers in the provider’s words and performs nothing, as often as asked', async () => {
    await fault('status', { status: 503, times: 2 });
    const replies = [await capture(), await capture(), await capture()];
    expect(replies.map(reply => reply.status)).to.deep.equal([503, 503, 201]);
    expect(replies[0]!.json).to.include({ name: 'SERVICE_UNAVAILABLE' });
  });

  it('malformed performs and answers something that is no JSON', async () => {
    await fault('malformed');
    const reply = await capture();
    expect([reply.status, reply.json, await captures()]).to.deep.equal([201, undefined, 1]);
  });

  it('timeout neither answers nor performs', async () => {
    await fault('timeout');
    const call = failureOf(capture());
    expect(await Promise.race([call, captures()])).to.equal(0);
    await sandbox.close();
    expect(await call).to.be.instanceOf(TypeError);
    sandbox = await startSandbox();
  });

  it('slow performs and answers later', async () => {
    await fault('slow', { delayMs: 60 });
    const started = performance.now();
    expect((await capture()).status).to.equal(201);
    expect(performance.now() - started).to.be.greaterThan(55);
  });

  it('hits only the calls it is meant for, and can be lifted', async () => {
    await fault('status', { status: 500, match: 'another-order' });
    expect((await capture()).status).to.equal(201);
    await sandbox.control('faults', undefined, 'DELETE');
    expect((await sandbox.control('faults', undefined, 'GET')).faults).to.deep.equal([]);
  });

  it('answer says what a provider was seen to say, and performs nothing', async () => {
    await fault('answer', { status: 403, body: { name: 'AUTHORIZATION_ERROR', links: [] } });
    const reply = await capture();
    expect([reply.status, reply.json, await captures()]).to.deep.equal([
      403,
      { name: 'AUTHORIZATION_ERROR', links: [] },
      0,
    ]);
  });

  it('reshape performs, and changes the answer as a patch says', async () => {
    const of = '/purchase_units/0/payments/captures/0';
    await fault('reshape', {
      patch: [
        { op: 'remove', path: `${of}/seller_receivable_breakdown` },
        { op: 'add', path: `${of}/brand_new`, value: null },
      ],
    });
    const { json } = await capture();
    const [shown] = json.purchase_units[0].payments.captures;
    expect(shown)
      .to.include({ status: 'COMPLETED', brand_new: null })
      .and.not.to.have.property('seller_receivable_breakdown');
    expect(await captures()).to.equal(1);
  });

  it('reshape fails where there is nothing to change: it would prove nothing', async () => {
    await fault('reshape', { patch: [{ op: 'remove', path: '/nowhere' }] });
    expect((await capture()).status).to.equal(500);
  });
});
