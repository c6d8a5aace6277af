import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createClock } from '../../sandbox/clock.ts';
import { until } from '../support/until.ts';
import { approvedOrder, payPal } from './paypal-calls.ts';
import { startSandbox } from './start.ts';

describe('sandbox: state', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('goes on after a restart: books, tokens, keys, clock and payouts under way', async () => {
    const stateFile = join(folder, 'books');
    const first = await startSandbox({ stateFile });
    const paypal = await payPal(first);
    await first.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '10000' });
    const orderId = await approvedOrder(first, paypal);
    await first.control('clock', { advanceSeconds: 3600 });
    await first.control('settings', { payoutSettleMs: 60 });
    const items = [{ amount: { currency: 'USD', value: '1.00' }, receiver: 'a@example.com', recipient_type: 'EMAIL' }];
    await paypal.post('/v1/payments/payouts', { sender_batch_header: { sender_batch_id: 'leg-1' }, items });
    const { authority } = first;
    await first.close();

    const second = await startSandbox({ stateFile });
    try {
      expect(second.authority).to.equal(authority);
      const { now } = await second.control('clock', undefined, 'GET');
      expect(Date.parse(now)).to.be.greaterThan(Date.now() + 3_500_000);
      const captured = await (await payPal(second)).post(`/v2/checkout/orders/${orderId}/capture`, {});
      expect(captured.status).to.equal(201);
      await until(async () => (await second.effects('payout'))[0].detail.itemStatus === 'SUCCESS');
    } finally {
      await second.close();
    }
  });

  it('sets a file aside that it cannot read', async () => {
    const stateFile = join(folder, 'books');
    writeFileSync(stateFile, 'no books');
    const sandbox = await startSandbox({ stateFile });
    expect(await sandbox.effects()).to.deep.equal([]);
    expect(existsSync(`${stateFile}.old`)).to.equal(true);
    await sandbox.close();
  });

  it('runs what is due in order, however far the clock jumps', () => {
    const clock = createClock({ clockOffsetMs: 0 });
    const ran: string[] = [];
    clock.after(40 * 86_400_000, () => ran.push('in forty days'));
    clock.after(60_000, () => ran.push('in a minute'));
    clock.after(60_000, () => ran.push('right after'));
    clock.advance(61);
    expect(ran).to.deep.equal(['in a minute', 'right after']);
    clock.advance(40 * 86_400);
    expect(ran).to.have.length(3);
    clock.close();
  });
});
