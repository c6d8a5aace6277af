import { money } from '../../domain/money.ts';
import { until } from '../support/until.ts';
import { type ContractCall, unique } from './contract-calls.ts';
import type { Clients, SandboxWorld } from './sandbox-world.ts';

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

export const payoneerCalls: readonly ContractCall[] = [
  {
    provider: 'payoneer',
    operation: 'create-payout',
    stakes: 'money',
    leaves: 'payout',
    onceOnly: true,
    async prepare({ control, payoneer }) {
      await control('balance', { provider: 'payoneer', currency: 'USD', amountMinor: '1000000' });
      const body = payoneerPayment(payoneer);
      return ({ payoneer }) => payoneer.createPayout(body);
    },
  },
  {
    provider: 'payoneer',
    operation: 'payout-status',
    stakes: 'read',
    async prepare(world) {
      const reference = await payoneerPayout(world);
      await until(async () => (await world.payoneer.getPayoutStatus(reference))?.status === 'Transferred');
      return ({ payoneer }) => payoneer.getPayoutStatus(reference);
    },
  },
  {
    provider: 'payoneer',
    operation: 'cancel',
    stakes: 'money',
    onceOnly: true,
    async prepare(world) {
      const reference = await payoneerPayout(world, 30_000);
      return ({ payoneer }) => payoneer.cancelPayout(reference);
    },
  },
  {
    provider: 'payoneer',
    operation: 'balance',
    stakes: 'read',
    prepare:
      async () =>
      async ({ payoneer }) =>
        (await payoneer.getBalance()).available,
  },
];
