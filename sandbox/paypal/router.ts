import express, { type Router } from 'express';
import { createMount } from '../operation.ts';
import type { World } from '../world.ts';
import { issue, withToken } from './access.ts';
import { listBalances } from './balances.ts';
import { captureOrder, getCapture } from './captures.ts';
import { approveCheckout, showCheckout } from './checkout-page.ts';
import { getDispute, listDisputes } from './disputes.ts';
import { listEvents } from './event-list.ts';
import { createOrder, getOrder } from './orders.ts';
import { cancelItem, createPayout, getBatch, getItem } from './payouts.ts';
import { getRefund, refundCapture } from './refunds.ts';
import { errorBody, faultBody, notFound } from './refusals.ts';
import { createWebhook, deleteWebhook, listWebhooks, updateWebhook } from './subscriptions.ts';
import { addTracker } from './trackers.ts';
import { listTransactions } from './transactions.ts';

/** PayPal's REST API: Orders v2, Payments v2, Payouts v1, Reporting v1, Webhooks v1. */
export function payPalRouter(world: World): Router {
  const mount = createMount(world, 'paypal', faultBody);
  const router = express.Router();
  const at =
    (method: 'get' | 'post' | 'patch' | 'delete') => (path: string, operation: string, perform: typeof getOrder) =>
      router[method](
        path,
        mount(
          operation,
          withToken(world, call => perform(world, call)),
        ),
      );
  const [get, post, patch, remove] = [at('get'), at('post'), at('patch'), at('delete')];

  router.post(
    '/v1/oauth2/token',
    mount('token', call => issue(world, call)),
  );
  post('/v2/checkout/orders', 'create-order', createOrder);
  get('/v2/checkout/orders/:id', 'get-order', getOrder);
  post('/v2/checkout/orders/:id/capture', 'capture', captureOrder);
  post('/v2/checkout/orders/:id/track', 'track', addTracker);
  get('/v2/payments/captures/:id', 'get-capture', getCapture);
  post('/v2/payments/captures/:id/refund', 'refund', refundCapture);
  get('/v2/payments/refunds/:id', 'get-refund', getRefund);
  get('/v1/customer/disputes', 'list-disputes', listDisputes);
  get('/v1/customer/disputes/:id', 'get-dispute', getDispute);
  post('/v1/payments/payouts', 'create-payout', createPayout);
  get('/v1/payments/payouts/:id', 'get-payout', getBatch);
  get('/v1/payments/payouts-item/:id', 'get-payout-item', getItem);
  post('/v1/payments/payouts-item/:id/cancel', 'cancel-payout-item', cancelItem);
  get('/v1/reporting/balances', 'balances', listBalances);
  get('/v1/reporting/transactions', 'transactions', listTransactions);
  get('/v1/notifications/webhooks', 'list-webhooks', listWebhooks);
  post('/v1/notifications/webhooks', 'create-webhook', createWebhook);
  patch('/v1/notifications/webhooks/:id', 'update-webhook', updateWebhook);
  remove('/v1/notifications/webhooks/:id', 'delete-webhook', deleteWebhook);
  get('/v1/notifications/webhooks-events', 'list-events', listEvents);
  router.get(
    '/v1/notifications/certs/:id',
    mount('cert', call => {
      const { certificateId, certificate } = world.state.keys.paypal;
      if (call.param('id') !== certificateId) throw notFound('cert_id');
      return { status: 200, text: certificate };
    }),
  );
  router.get('/checkoutnow', showCheckout(world));
  router.post('/checkoutnow', approveCheckout(world));
  router.use((_request, response) => void response.status(404).json(errorBody('RESOURCE_NOT_FOUND')));
  return router;
}
