/** Covers: providers/gate/families.ts, workers/connections/payer-balance.ts. */
import { expect } from 'chai';
import type { Gate } from '../../../providers/gate/gate.ts';
import { troubleBoard } from '../../../store/operations/provider-troubles.ts';
import { openProviders } from '../../../workers/context/providers.ts';
import { openTestGate } from '../../support/gates.ts';
import { createStage, type Stage } from '../../support/stage.ts';
import { performWith, rows } from '../workbench.ts';

const plenty = 1_000_000;

describe('what a provider is asked in the margin', () => {
  let stage: Stage;
  const gates: Gate[] = [];
  beforeEach(async () => {
    stage = await createStage();
  });
  afterEach(async () => {
    await Promise.all(gates.splice(0).map(gate => gate.close()));
    await stage[Symbol.asyncDispose]();
  });

  const openGate = (): Gate => {
    const gate = openTestGate({ board: troubleBoard(stage.store) });
    gates.push(gate);
    return gate;
  };
  /** Through the gate of one process, which tells the others. */
  const through = (gate: Gate) => openProviders(stage.config, gate);
  const fault = (operation: string, status: number, more: object = {}) =>
    stage.control('faults', { provider: 'paypal', operation, kind: 'status', status, times: plenty, ...more });
  const boughtBy = async (gate: Gate) => {
    const order = await stage.checkout(await stage.stockUp(await stage.hireSeller()));
    const captured = await performWith(stage, { providers: through(gate) }, 'capture-payment', order.id);
    return { captured, order };
  };

  it('holds no capture when PayPal has had enough of our questions for the balance', async () => {
    await fault('balances', 429, { retryAfter: '600' });
    const gate = openGate();
    const { captured, order } = await boughtBy(gate);
    expect(captured).to.match(/PAID/);
    const held = await performWith(stage, { providers: through(gate) }, 'fulfill', order.id).catch(error => error.code);
    expect(held).to.equal('PAYPAL_RATE_LIMITED');
    await gate.look();
    const other = openGate();
    await other.look();
    for (const one of [gate, other]) expect((await boughtBy(one)).captured).to.match(/PAID/);
    expect(await rows(stage, 'select provider, account, family, why from provider_troubles')).to.deep.equal([
      { provider: 'paypal', account: '', family: 'balance report', why: 'RATE_LIMITED' },
    ]);
  });

  it('holds no capture when PayPal’s reports are out of order', async () => {
    await fault('balances', 503);
    const gate = openGate();
    const { paypal } = through(gate);
    for (let time = 1; time <= 6; time += 1) await paypal.getBalances().catch(() => undefined);
    expect((await boughtBy(gate)).captured).to.match(/PAID/);
    expect(gate.state('paypal')).to.equal('up');
    await gate.look();
    expect(await rows(stage, 'select family, why from provider_troubles')).to.deep.equal([
      { family: 'balance report', why: 'OUTAGE' },
    ]);

    const other = openGate();
    await other.look();
    const refused = await through(other)
      .paypal.getBalances()
      .catch(error => error.code);
    expect(refused).to.equal('PAYPAL_CIRCUIT_OPEN');
    expect((await boughtBy(other)).captured).to.match(/PAID/);
  });

  it('holds no payout when PayPal has had enough of our questions how payouts stand', async () => {
    await fault('get-payout', 429, { retryAfter: '600' });
    const { paypal } = through(openGate());
    const asked = () => paypal.getPayoutBatch('BATCH-1').catch(error => error.code);
    expect([await asked(), await asked()]).to.deep.equal(['PAYPAL_RATE_LIMITED', 'PAYPAL_RATE_LIMITED']);
    const body = paypal.payoutBody({
      batchKey: 'leg-1-1',
      receiver: 'seller@example.com',
      amount: { amountMinor: 1_256n, currency: 'USD' },
      note: 'one',
    });
    expect((await paypal.createPayout(body)).batchId).to.match(/./);
  });
});
