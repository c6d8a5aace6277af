import express, { type Router } from 'express';
import Joi from 'joi';
import { cancel, payByHand } from '../aliexpress/payment.ts';
import type { Product, SupplierOrder, TrackingLine } from '../aliexpress/state.ts';
import type { World } from '../world.ts';
import { ControlError, currency, minorUnits, notKnown, respond, text } from './respond.ts';

const digits = Joi.string().pattern(/^\d{1,19}$/);

const product = Joi.object<Product>({
  productId: digits.required(),
  title: text.default('Sandbox product'),
  skus: Joi.array()
    .items(
      Joi.object({
        skuId: digits.required(),
        skuAttr: text.allow('').required(),
        priceMinor: minorUnits.required(),
        currency: currency.default('USD'),
        importChargesMinor: minorUnits.default(() => 0n),
        stock: Joi.number().integer().min(0).required(),
      }),
    )
    .min(1)
    .required(),
  shippingFeeMinor: minorUnits.default(() => 0n),
  actualShippingMinor: minorUnits.default((parent: { shippingFeeMinor: bigint }) => parent.shippingFeeMinor),
  shipsTo: Joi.array().items(Joi.string().length(2)),
  ordersPerCreate: Joi.number().valid(1, 2).default(1),
  onSale: Joi.boolean().default(true),
  shippingCurrency: currency,
  refusal: text,
  riskControlSeconds: Joi.number().integer().min(0).max(604_800).default(0),
  sparse: Joi.boolean().default(false),
});

type Move = {
  readonly number: string;
  readonly status?: string;
  readonly endReason?: string;
  readonly logisticsStatus?: string;
  readonly tracking?: readonly TrackingLine[];
};

const move = Joi.object<Move>({
  number: digits.required(),
  status: text,
  endReason: text,
  logisticsStatus: text,
  tracking: Joi.array().items(
    Joi.object({
      trackingNumber: text.required(),
      carrier: text.default('CAINIAO'),
      count: Joi.number().integer().min(1),
      events: Joi.array()
        .items(Joi.object({ at: Joi.string().isoDate().required(), description: text.required() }))
        .default([]),
    }),
  ),
});

export function aliExpressRoutes(world: World): Router {
  const { products, orders } = world.state.aliexpress;
  const orderOf = (number: string): SupplierOrder => {
    const order = orders.get(number);
    if (!order) throw notKnown(`AliExpress order ${number}`);
    return order;
  };
  const router = express.Router();
  router.post(
    '/products',
    respond(world, product, given => void products.set(given.productId, given), 201),
  );
  router.post(
    '/pay',
    respond(world, Joi.object<{ number: string }>({ number: digits.required() }), ({ number }) => {
      const order = orderOf(number);
      if (!payByHand(world, order))
        throw new ControlError(409, `order ${number} is ${order.status}, or there is no money for it`);
      return { number, status: order.status };
    }),
  );
  router.post(
    '/supplier',
    respond(world, move, given => {
      const order = orderOf(given.number);
      if (given.status === 'FINISH' && given.endReason !== undefined) cancel(world, order, given.endReason);
      order.status = given.status ?? order.status;
      order.endReason = given.endReason ?? order.endReason;
      order.logisticsStatus = given.logisticsStatus ?? order.logisticsStatus;
      order.tracking = given.tracking ?? order.tracking;
      return { number: order.number, status: order.status };
    }),
  );
  return router;
}
