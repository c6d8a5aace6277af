import { money } from '../../../domain/money.ts';
import type { Clients, SandboxWorld } from '../sandbox-world.ts';
import { unique } from './goods.ts';

/** A Payoneer payout that can be looked up; it settles when this much more of the sandbox's time has passed. */
export async function payoneerPayout({ payoneer, control }: SandboxWorld, pendingMs = 0): Promise<string> {
  const reference = unique('leg');
  await control('balance', { provider: 'payoneer', currency: 'USD', amountMinor: '1000000' });
  await control('settings', { payoutSettleMs: 2 * pendingMs });
  await payoneer.createPayout(payoneerPayment(payoneer, reference));
  await control('clock', { advanceSeconds: pendingMs / 1000 }); // it is visible after half of its time
  await control('settings', { payoutSettleMs: 400 });
  return reference;
}

export const payoneerPayment = ({ payoutBody }: Clients['payoneer'], reference = unique('leg')): string =>
  payoutBody({ reference, payeeId: 'payee-1', amount: money(2550n, 'USD'), description: 'Sale' });
