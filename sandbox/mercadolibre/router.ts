import express, { type Router } from 'express';
import { createMount } from '../operation.ts';
import type { World } from '../world.ts';
import { issue, showMe } from './access.ts';
import { authorize } from './consent.ts';
import { missedFeeds } from './notifications.ts';
import { getOrder, searchOrders } from './orders.ts';
import { searchPayments } from './payments.ts';
import { errorBody, faultBody } from './refusals.ts';
import { getShipment, notifyBySeller } from './shipments.ts';

/** MercadoLibre's API: OAuth, orders, shipments, missed feeds. */
export function mercadoLibreRouter(world: World): Router {
  const mount = createMount(world, 'mercadolibre', faultBody);
  const router = express.Router();
  router.route('/authorization').get(authorize(world)).post(authorize(world));
  router.get(
    '/users/me',
    mount('get-user', call => showMe(world, call)),
  );
  router.post(
    '/oauth/token',
    mount('token', call => issue(world, call)),
  );
  router.get(
    '/orders/search',
    mount('search-orders', call => searchOrders(world, call)),
  );
  router.get(
    '/orders/:id',
    mount('get-order', call => getOrder(world, call)),
  );
  router.get(
    '/shipments/:id',
    mount('get-shipment', call => getShipment(world, call)),
  );
  router.post(
    '/shipments/:id/seller_notifications',
    mount('seller-notification', call => notifyBySeller(world, call)),
  );
  router.get(
    '/v1/payments/search',
    mount('search-payments', call => searchPayments(world, call)),
  );
  router.get(
    '/missed_feeds',
    mount('missed-feeds', call => missedFeeds(world, call)),
  );
  router.use((_request, response) => void response.status(404).json(errorBody(404, 'not_found', 'resource not found')));
  return router;
}
