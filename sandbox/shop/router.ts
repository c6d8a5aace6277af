import express, { type Router } from 'express';
import { createMount } from '../operation.ts';
import type { World } from '../world.ts';
import { saveAddress, showAddress } from './address-page.ts';
import { showCart } from './cart-page.ts';
import { buyNow, showItem } from './item-page.ts';
import { logIn, showLogin } from './login-page.ts';
import { showConfirmation, showOrder, showOrders } from './order-pages.ts';
import { placeOrder, showReview } from './review-page.ts';
import { forMembers } from './sessions.ts';

/** AliExpress as people see it: the pages from the log-in to the list of orders. */
export function shopRouter(world: World): Router {
  const mount = createMount(world, 'shop', status => `HTTP ${status}`);
  const router = express.Router();
  router.get('/login', mount('login', showLogin));
  router.post(
    '/login',
    mount('login', call => logIn(world, call)),
  );
  router.get(
    '/item/:id.html',
    mount(
      'item',
      forMembers(world, (account, call) => showItem(world, account, call)),
    ),
  );
  router.post('/cart/buy-now', mount('cart', forMembers(world, buyNow)));
  router.get(
    '/cart',
    mount(
      'cart',
      forMembers(world, account => showCart(world, account)),
    ),
  );
  router.get('/address', mount('address', forMembers(world, showAddress)));
  router.post('/address', mount('address', forMembers(world, saveAddress)));
  router.get(
    '/checkout',
    mount(
      'review',
      forMembers(world, account => showReview(world, account)),
    ),
  );
  router.post(
    '/checkout/place',
    mount(
      'place',
      forMembers(world, account => placeOrder(world, account)),
    ),
  );
  router.get('/confirmation', mount('confirmation', forMembers(world, showConfirmation)));
  router.get(
    '/orders',
    mount(
      'orders',
      forMembers(world, (account, call) => showOrders(world, account, call)),
    ),
  );
  router.get(
    '/orders/:number',
    mount(
      'order',
      forMembers(world, (account, call) => showOrder(world, account, call)),
    ),
  );
  return router;
}
