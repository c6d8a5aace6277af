import { refundBody } from '../../../providers/paypal/order.ts';
import { payoutBody } from '../../../providers/paypal/payout.ts';
import { usd } from '../../support/money.ts';
import { until } from '../../support/until.ts';
import type { SandboxWorld } from '../sandbox-world.ts';
import type { Contracts } from './contract.ts';
import { approvedOrder, buyer, captured, unique } from './goods.ts';
import { paidParcel } from './parcels.ts';

const nobody = '5O190127TN364715T';
const lastMinute = () => ({ from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 60_000) });

const lamp = (more: object = {}) => {
  const key = unique('order');
  const urls = { returnUrl: 'https://shop.example/return', cancelUrl: 'https://shop.example/cancel' };
  const order = { requestId: key, customId: key, amount: usd(5000n), description: 'Lamp', quantity: 1, shipTo: buyer };
  return { ...order, ...urls, ...more };
};

const payoutOf = (minor: bigint, receiver = 'ana@reseller.example') =>
  payoutBody({ batchKey: unique('payout'), receiver, amount: usd(minor), note: 'Sale' });

async function refunded(world: SandboxWorld): Promise<string> {
  const requestId = unique('refund');
  const body = refundBody({ amount: usd(1000n), customId: requestId });
  return (await world.paypal.refundCapture(await captured(world), requestId, body)).id;
}

/** A payout to somebody without an account, or with one. */
async function payoutItem({ paypal, control }: SandboxWorld, itemStatus: 'UNCLAIMED' | 'SUCCESS') {
  await control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '1000000' });
  await control('settings', { payoutSettleMs: 20 });
  const receiver = `${unique('receiver')}@reseller.example`;
  await control('payout-outcome', { receiver, itemStatus });
  const { batchId } = await paypal.createPayout(payoutOf(100n, receiver));
  const item = await until(async () =>
    (await paypal.getPayoutBatch(batchId)).items.find(({ status }) => status === itemStatus),
  );
  return { batchId, itemId: item.itemId };
}

async function disputed(world: SandboxWorld): Promise<string> {
  const captureId = await captured(world);
  const { id } = await world.control<{ id: string }>('dispute', { captureId, status: 'OPEN' });
  return id;
}

/** Leaves the one subscription that was there first: there may be ten. */
async function forgetWebhooks({ paypal }: SandboxWorld): Promise<string> {
  const [first, ...others] = await paypal.listWebhooks();
  for (const { id } of others) await paypal.deleteWebhook(id);
  return first?.id ?? '';
}

/** An event that nothing here causes, because nobody listens at the address. */
const newWebhook = (protocol = 'https') => ({
  url: `${protocol}://shop.example/${unique('webhook')}`,
  eventTypes: ['BILLING.PLAN.CREATED'],
});

/** Where PayPal has no refusal that a request of ours could bring about: the application lacks the permission. */
const forbidden = (operation: string) => ({
  async prepare({ control }: SandboxWorld): Promise<[]> {
    await control('faults', { provider: 'paypal', operation, kind: 'status', status: 403, times: 1 });
    return [];
  },
  as: 'terminal PAYPAL_NOT_AUTHORIZED',
});

const orders = {
  createOrder: {
    operation: 'create-order',
    stakes: 'read',
    token: 'application',
    prepare: async () => [lamp()],
    declined: {
      prepare: async () => [lamp({ shipTo: { ...buyer, postalCode: '' } })],
      as: 'terminal PAYPAL_POSTAL_CODE_REQUIRED',
    },
  },
  getOrder: {
    operation: 'get-order',
    stakes: 'read',
    token: 'application',
    prepare: async world => [await approvedOrder(world)],
    declined: { prepare: async () => [nobody], as: { answer: undefined } },
  },
  captureOrder: {
    operation: 'capture',
    stakes: 'money',
    token: 'application',
    leaves: 'capture',
    prepare: async world => [await approvedOrder(world), unique('capture')],
    declined: {
      async prepare(world) {
        const paypalOrderId = await approvedOrder(world);
        await world.control('capture-outcome', { paypalOrderId, issue: 'INSTRUMENT_DECLINED' });
        return [paypalOrderId, unique('capture')];
      },
      as: 'terminal PAYPAL_INSTRUMENT_DECLINED',
    },
  },
  addTracking: {
    operation: 'track',
    stakes: 'money',
    token: 'application',
    async prepare(world) {
      const { paypalOrderId, body } = await paidParcel(world);
      return [paypalOrderId, body];
    },
    declined: {
      async prepare(world) {
        const { body } = await paidParcel(world);
        return [await approvedOrder(world), body];
      },
      as: 'terminal PAYPAL_CAPTURE_ID_NOT_FOUND',
    },
  },
  getCapture: {
    operation: 'get-capture',
    stakes: 'read',
    token: 'application',
    prepare: async world => [await captured(world)],
    declined: { prepare: async () => [nobody], as: 'retryable PAYPAL_RESOURCE_NOT_FOUND' },
  },
  refundCapture: {
    operation: 'refund',
    stakes: 'money',
    token: 'application',
    leaves: 'refund',
    async prepare(world) {
      const requestId = unique('refund');
      return [await captured(world), requestId, refundBody({ amount: usd(1000n), customId: requestId })];
    },
    declined: {
      async prepare(world) {
        const requestId = unique('refund');
        return [await captured(world), requestId, refundBody({ amount: usd(5001n), customId: requestId })];
      },
      as: 'terminal PAYPAL_REFUND_AMOUNT_EXCEEDED',
    },
  },
  getRefund: {
    operation: 'get-refund',
    stakes: 'read',
    token: 'application',
    prepare: async world => [await refunded(world)],
    declined: { prepare: async () => [nobody], as: 'retryable PAYPAL_RESOURCE_NOT_FOUND' },
  },
} as const satisfies Partial<Contracts['paypal']>;

const payouts = {
  createPayout: {
    operation: 'create-payout',
    stakes: 'money',
    token: 'application',
    leaves: 'payout',
    async prepare({ control }) {
      await control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '1000000' });
      return [payoutOf(1234n)];
    },
    lasting: ({ batchId }) => batchId,
    declined: {
      async prepare({ control }) {
        await control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '100' });
        return [payoutOf(100n)];
      },
      as: 'retryable PAYPAL_INSUFFICIENT_FUNDS',
    },
  },
  getPayoutBatch: {
    operation: 'get-payout',
    stakes: 'read',
    token: 'application',
    prepare: async world => [(await payoutItem(world, 'SUCCESS')).batchId],
    declined: { prepare: async () => [nobody], as: 'retryable PAYPAL_RESOURCE_NOT_FOUND' },
  },
  cancelPayoutItem: {
    operation: 'cancel-payout-item',
    stakes: 'money',
    token: 'application',
    prepare: async world => [(await payoutItem(world, 'UNCLAIMED')).itemId],
    declined: {
      prepare: async world => [(await payoutItem(world, 'SUCCESS')).itemId],
      as: 'terminal PAYPAL_ITEM_INCORRECT_STATUS',
    },
  },
  getBalances: {
    operation: 'balances',
    stakes: 'read',
    token: 'application',
    prepare: async () => [],
    lasting: ({ available }) => available,
    declined: forbidden('balances'),
  },
} as const satisfies Partial<Contracts['paypal']>;

const news = {
  getDispute: {
    operation: 'get-dispute',
    stakes: 'read',
    token: 'application',
    prepare: async world => [await disputed(world)],
    declined: { prepare: async () => ['PP-D-NOBODY'], as: 'retryable PAYPAL_RESOURCE_NOT_FOUND' },
  },
  listTransactions: {
    operation: 'transactions',
    stakes: 'read',
    token: 'application',
    async prepare(world) {
      const from = new Date(Date.now() - 86_400_000);
      await captured(world);
      await world.control('clock', { advanceSeconds: 4 * 3_600 });
      return [{ from, to: new Date(from.getTime() + 30 * 86_400_000), page: 1 }];
    },
    declined: {
      prepare: async () => [{ from: new Date(0), to: new Date(32 * 86_400_000), page: 1 }],
      as: 'terminal PAYPAL_INVALID_REQUEST',
    },
  },
  listDisputes: {
    operation: 'list-disputes',
    stakes: 'read',
    token: 'application',
    async prepare(world) {
      await disputed(world);
      await disputed(world);
      return [{ ...lastMinute(), pageSize: 1 }];
    },
    declined: {
      prepare: async () => [{ ...lastMinute(), pageSize: 51 }],
      as: 'terminal PAYPAL_INVALID_PARAMETER_VALUE',
    },
  },
  listWebhooks: {
    operation: 'list-webhooks',
    stakes: 'read',
    token: 'application',
    prepare: async () => [],
    declined: forbidden('list-webhooks'),
  },
  createWebhook: {
    operation: 'create-webhook',
    stakes: 'read',
    token: 'application',
    async prepare(world) {
      await forgetWebhooks(world);
      return [newWebhook()];
    },
    declined: { prepare: async () => [newWebhook('http')], as: 'terminal PAYPAL_VALIDATION_ERROR' },
  },
  updateWebhook: {
    operation: 'update-webhook',
    stakes: 'read',
    token: 'application',
    prepare: async world => [await forgetWebhooks(world), { eventTypes: ['*'] }],
    declined: { prepare: async () => [nobody, newWebhook()], as: 'retryable PAYPAL_RESOURCE_NOT_FOUND' },
  },
  deleteWebhook: {
    operation: 'delete-webhook',
    stakes: 'read',
    token: 'application',
    answersNothing: true,
    async prepare(world) {
      await forgetWebhooks(world);
      return [(await world.paypal.createWebhook(newWebhook())).id];
    },
    declined: { prepare: async () => [nobody], as: { answer: undefined } },
  },
  listWebhookEvents: {
    operation: 'list-events',
    stakes: 'read',
    token: 'application',
    async prepare(world) {
      await captured(world);
      return [{ ...lastMinute(), pageSize: 2 }];
    },
    declined: { prepare: async () => [{ ...lastMinute(), pageSize: 1000 }], as: 'terminal PAYPAL_VALIDATION_ERROR' },
  },
} as const satisfies Partial<Contracts['paypal']>;

export const paypalContracts: Contracts['paypal'] = { ...orders, ...payouts, ...news };
