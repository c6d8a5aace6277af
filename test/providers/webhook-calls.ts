import { type ContractCall, captured, unique } from './contract-calls.ts';

const range = () => ({ from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 60_000) });

/** PayPal's webhooks: our subscription, and the events that it should have received. */
export const webhookCalls: readonly ContractCall[] = [
  {
    provider: 'paypal',
    operation: 'list-webhooks',
    stakes: 'read',
    prepare:
      async () =>
      ({ paypal }) =>
        paypal.listWebhooks(),
  },
  {
    provider: 'paypal',
    operation: 'create-webhook',
    stakes: 'read',
    async prepare({ control }) {
      await control('settings', { webhooks: false }); // nobody listens there
      const url = `https://shop.example/${unique('webhook')}`;
      return ({ paypal }) => paypal.createWebhook({ url, eventTypes: ['PAYMENT.CAPTURE.COMPLETED'] });
    },
  },
  {
    provider: 'paypal',
    operation: 'update-webhook',
    stakes: 'read',
    async prepare({ paypal }) {
      const [webhook] = await paypal.listWebhooks();
      return ({ paypal }) => paypal.updateWebhook(webhook?.id ?? '', { eventTypes: ['*'] });
    },
  },
  {
    provider: 'paypal',
    operation: 'list-events',
    stakes: 'read',
    async prepare(world) {
      await captured(world);
      const search = { ...range(), pageSize: 2 };
      return ({ paypal }) => paypal.listWebhookEvents(search);
    },
  },
];
