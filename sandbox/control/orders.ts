import express, { type Router } from 'express';
import Joi from 'joi';
import type { Address } from '../address.ts';
import type { EbayHold, EbayPayout, EbayRefund } from '../ebay/state.ts';
import { randomDigits } from '../ids.ts';
import type { PaymentWords } from '../mercadolibre/state.ts';
import type { World } from '../world.ts';
import { address, ebayOrder, mercadoLibreOrder, placeEbayOrder, placeMercadoLibreOrder } from './marketplace-orders.ts';
import { type Notify, notifyKeys, sendNotification } from './notify.ts';
import { ControlError, currency, minorUnits, notKnown, respond, text } from './respond.ts';

type Change = {
  readonly paymentStatus?: string;
  readonly cancelState?: string;
  readonly status?: string;
  readonly tags?: readonly string[];
  /** MercadoLibre: the buyer has chosen where it goes. */
  readonly shipTo?: Address;
  /** eBay: all that has been given back, of single lines or of the whole order. */
  readonly refunds?: readonly Pick<EbayRefund, 'lineItemId' | 'amountMinor' | 'status'>[];
  /** MercadoLibre: what has gone back of the payment. */
  readonly refundedMinor?: bigint;
  /** MercadoLibre: how its payment stands, and the claims of its buyer. */
  readonly payment?: PaymentWords;
  readonly mediations?: readonly string[];
  /** eBay: why it keeps the money for now. */
  readonly holds?: readonly EbayHold[];
  readonly notify?: Notify;
};

const change = Joi.object<Change>({
  paymentStatus: text,
  cancelState: text,
  status: text,
  tags: Joi.array().items(text),
  shipTo: address,
  refunds: Joi.array().items(
    Joi.object({
      lineItemId: text,
      amountMinor: minorUnits.required(),
      status: Joi.valid('PENDING', 'REFUNDED', 'FAILED').default('REFUNDED'),
    }),
  ),
  refundedMinor: minorUnits,
  payment: Joi.object({ status: text.required(), statusDetail: text }),
  mediations: Joi.array().items(Joi.string().pattern(/^\d+$/)),
  holds: Joi.array().items(Joi.object({ reason: text.required(), state: text.required() })),
  notify: Joi.object(notifyKeys),
});

type Again = Notify & { readonly marketplace: string; readonly orderId: string };

const again = Joi.object<Again>({
  marketplace: Joi.string().valid('ebay', 'mercadolibre').required(),
  orderId: text.required(),
  ...notifyKeys,
});

type NewPayout = Omit<EbayPayout, 'payoutId' | 'at'>;
const ebayPayout = Joi.object<NewPayout>({
  accountId: text.required(),
  amountMinor: minorUnits.required(),
  currency: currency.default('USD'),
  status: Joi.valid('INITIATED', 'SUCCEEDED', 'RETRYABLE_FAILED', 'TERMINAL_FAILED', 'REVERSED').default('SUCCEEDED'),
});

/** The buyers of the marketplaces. */
export function orderRoutes(world: World): Router {
  const placeEbay = respond(
    world,
    ebayOrder,
    given => announced(world, 'ebay', placeEbayOrder(world, given), given.notify),
    201,
  );
  const placeMercadoLibre = respond(
    world,
    mercadoLibreOrder,
    given => announced(world, 'mercadolibre', placeMercadoLibreOrder(world, given), given.notify),
    201,
  );
  const router = express.Router();
  router.post('/orders', (request, response, next) => {
    const marketplace: unknown = request.body?.marketplace;
    if (marketplace === 'ebay') return placeEbay(request, response, next);
    if (marketplace === 'mercadolibre') return placeMercadoLibre(request, response, next);
    throw new ControlError(400, 'marketplace must be ebay or mercadolibre');
  });
  router.patch(
    '/orders/:marketplace/:orderId',
    respond(world, change, (changes, request) => {
      const [marketplace, orderId] = [String(request.params.marketplace), String(request.params.orderId)];
      if (marketplace === 'ebay') changeEbay(world, orderId, changes);
      else changeMercadoLibre(world, orderId, changes);
      return changes.notify ? announced(world, marketplace, orderId, changes.notify) : { orderId, notificationIds: [] };
    }),
  );
  router.post(
    '/ebay-payouts',
    respond(world, ebayPayout, given => {
      const payoutId = randomDigits(10);
      world.state.ebay.payouts.push({ ...given, payoutId, at: world.clock.iso() });
      return { payoutId };
    }),
  );
  router.post(
    '/notify',
    respond(world, again, ({ marketplace, orderId, ...notify }) => announced(world, marketplace, orderId, notify)),
  );
  return router;
}

const announced = (world: World, marketplace: string, orderId: string, notify: Notify) => ({
  orderId,
  notificationIds: sendNotification(world, marketplace, orderId, notify),
});

function changeEbay(world: World, orderId: string, { paymentStatus, cancelState, refunds, holds }: Change): void {
  const order = world.state.ebay.orders.get(orderId);
  if (!order) throw notKnown(`eBay order ${orderId}`);
  order.paymentStatus = paymentStatus ?? order.paymentStatus;
  order.cancelState = cancelState ?? order.cancelState;
  order.holds = holds ?? order.holds;
  const date = world.clock.iso();
  if (refunds)
    order.refunds = refunds.map((one, index) => ({ ...one, refundId: `5${order.orderId.slice(-5)}${index}`, date }));
  order.modifiedAt = world.clock.iso();
}

function changeMercadoLibre(world: World, orderId: string, change: Change): void {
  const { status, tags, shipTo, refundedMinor, payment, mediations } = change;
  const order = world.state.mercadolibre.orders.get(orderId);
  if (!order) throw notKnown(`MercadoLibre order ${orderId}`);
  order.status = status ?? order.status;
  order.tags = tags ?? order.tags;
  order.shipTo = shipTo ?? order.shipTo;
  order.refundedMinor = refundedMinor ?? order.refundedMinor;
  order.payment = payment ?? order.payment;
  order.mediations = mediations ?? order.mediations;
  order.updatedAt = world.clock.iso();
}
