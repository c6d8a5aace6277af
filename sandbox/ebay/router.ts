import express, { type Router } from 'express';
import { createMount } from '../operation.ts';
import type { World } from '../world.ts';
import { showUser } from './access.ts';
import { authorize } from './consent.ts';
import { listPayouts, listTransactions } from './finances.ts';
import { getPublicKey } from './notifications.ts';
import { issue } from './oauth.ts';
import { getOrder, getOrders } from './orders.ts';
import { errorBody, faultBody } from './refusals.ts';
import { createFulfillment, listFulfillments } from './shipping-fulfillments.ts';
import * as notification from './subscriptions.ts';

/** eBay's REST APIs: Identity, Notification v1, Sell Fulfillment v1. */
export function ebayRouter(world: World): Router {
  const mount = createMount(world, 'ebay', faultBody);
  const router = express.Router();
  const order = '/sell/fulfillment/v1/order';
  router.route('/oauth2/authorize').get(authorize(world)).post(authorize(world));
  router.get(
    '/commerce/identity/v1/user/',
    mount('get-user', call => showUser(world, call)),
  );
  router.post(
    '/identity/v1/oauth2/token',
    mount('token', call => issue(world, call)),
  );
  router.get(
    '/commerce/notification/v1/public_key/:kid',
    mount('public-key', call => getPublicKey(world, call)),
  );
  const base = '/commerce/notification/v1';
  router.put(
    `${base}/config`,
    mount('set-config', call => notification.setConfig(world, call)),
  );
  router.get(
    `${base}/destination`,
    mount('list-destinations', call => notification.listDestinations(world, call)),
  );
  router.post(
    `${base}/destination`,
    mount('create-destination', call => notification.createDestination(world, call)),
  );
  router.put(
    `${base}/destination/:id`,
    mount('update-destination', call => notification.updateDestination(world, call)),
  );
  router.get(
    `${base}/subscription`,
    mount('list-subscriptions', call => notification.listSubscriptions(world, call)),
  );
  router.post(
    `${base}/subscription`,
    mount('create-subscription', call => notification.createSubscription(world, call)),
  );
  router.post(
    `${base}/subscription/:id/enable`,
    mount('enable-subscription', call => notification.enableSubscription(world, call)),
  );
  router.post(
    `${base}/subscription/:id/test`,
    mount('test-subscription', call => notification.testSubscription(world, call)),
  );
  router.get(
    order,
    mount('get-orders', call => getOrders(world, call)),
  );
  router.get(
    `${order}/:orderId`,
    mount('get-order', call => getOrder(world, call)),
  );
  router.get(
    `${order}/:orderId/shipping_fulfillment`,
    mount('list-fulfillments', call => listFulfillments(world, call)),
  );
  router.post(
    `${order}/:orderId/shipping_fulfillment`,
    mount('shipping-fulfillment', call => createFulfillment(world, call)),
  );
  router.get(
    '/sell/finances/v1/transaction',
    mount('finances-transactions', call => listTransactions(world, call)),
  );
  router.get(
    '/sell/finances/v1/payout',
    mount('finances-payouts', call => listPayouts(world, call)),
  );
  router.use(
    (_request, response) => void response.status(404).json(errorBody(2002, 'ACCESS', 'REQUEST', 'Resource not found')),
  );
  return router;
}
