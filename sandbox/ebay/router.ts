import express, { type Router } from 'express';
import { createMount } from '../operation.ts';
import type { World } from '../world.ts';
import { showUser } from './access.ts';
import { authorize } from './consent.ts';
import { getPublicKey } from './notifications.ts';
import { issue } from './oauth.ts';
import { getOrder, getOrders } from './orders.ts';
import { errorBody, faultBody } from './refusals.ts';
import { createFulfillment, listFulfillments } from './shipping-fulfillments.ts';

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
  router.use(
    (_request, response) => void response.status(404).json(errorBody(2002, 'ACCESS', 'REQUEST', 'Resource not found')),
  );
  return router;
}
