import { until } from '../../support/until.ts';
import type { Contracts } from './contract.ts';
import { payoneerPayment, payoneerPayout } from './payoneer-payout.ts';

export const payoneerContracts: Contracts['payoneer'] = {
  createPayout: {
    operation: 'create-payout',
    stakes: 'money',
    token: 'application',
    leaves: 'payout',
    onceOnly: true,
    async prepare({ control, payoneer }) {
      await control('balance', { provider: 'payoneer', currency: 'USD', amountMinor: '1000000' });
      return [payoneerPayment(payoneer)];
    },
    // A refusal may say that the reference was used before.
    declined: { prepare: async () => ['{"Payments":[]}'], as: 'uncertain PAYONEER_BAD_REQUEST' },
  },
  getPayoutStatus: {
    operation: 'payout-status',
    stakes: 'read',
    token: 'application',
    async prepare(world) {
      const reference = await payoneerPayout(world);
      await until(async () => (await world.payoneer.getPayoutStatus(reference))?.status === 'Transferred');
      return [reference];
    },
    declined: { prepare: async () => ['leg-nobody'], as: { answer: undefined } },
  },
  cancelPayout: {
    operation: 'cancel',
    stakes: 'money',
    token: 'application',
    onceOnly: true,
    prepare: async world => [await payoneerPayout(world, 30_000)],
    declined: { prepare: async () => ['leg-nobody'], as: 'retryable PAYONEER_2306' },
  },
  getBalance: {
    operation: 'balance',
    stakes: 'read',
    token: 'application',
    prepare: async () => [],
    lasting: ({ available }) => available,
    declined: {
      async prepare({ control }) {
        const [provider, operation] = ['payoneer', 'balance'];
        await control('faults', { provider, operation, kind: 'status', status: 403, times: 1 });
        return [];
      },
      as: 'terminal PAYONEER_FORBIDDEN',
    },
  },
};
