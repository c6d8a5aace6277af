import type { RequestHandler } from 'express';
import type { World } from '../world.ts';
import { approve } from './orders.ts';

/** Where the approve link leads: a page with the one button that the buyer's PayPal page has, for people in a browser. */
export function showCheckout(world: World): RequestHandler {
  return (request, response) => {
    const order = world.state.paypal.orders.get(String(request.query.token));
    if (!order) return void response.status(404).type('text').send('This order does not exist.');
    const total = order.units.map(unit => `${unit.amountMinor} ${unit.currency} (minor units)`).join(', ');
    response.type('html').send(
      `<!doctype html><title>Sandbox PayPal</title><h1>Pay ${total}</h1>
      <form method="post"><button>Approve</button></form>`,
    );
  };
}

/** The buyer presses the button and is sent back to the shop. */
export function approveCheckout(world: World): RequestHandler {
  return (request, response) => {
    const order = world.state.paypal.orders.get(String(request.query.token));
    if (!order) return void response.status(404).type('text').send('This order does not exist.');
    approve(world, order);
    world.save();
    if (order.returnUrl === undefined) return void response.type('text').send('Approved.');
    const back = new URL(order.returnUrl);
    back.searchParams.set('token', order.id);
    back.searchParams.set('PayerID', 'QYR5Z8XDVJNXQ');
    response.redirect(303, back.href);
  };
}
