import Joi from 'joi';
import { open } from '../fields.ts';
import { readNotification } from '../webhook-rejected.ts';

/** Not signed: a hint, acted on only after the order was read with its owner's token, which proves ownership too. */
export type AliExpressNotification = { orderNumber: string; status: string; sellerId: string };

const number = Joi.alternatives(Joi.string().pattern(/^\d{1,20}$/), Joi.number().integer().positive()).custom(String);
type Wire = { data: { orderId: string; orderStatus: string }; seller_id: string };
const notification = open<Wire>({
  data: open({
    orderId: number.required(),
    orderStatus: Joi.string()
      .pattern(/^[A-Za-z]{1,40}$/)
      .required(),
  }).required(),
  seller_id: number.required(),
});

/** `message_type` is not looked at: the documentation says that it may change. @throws WebhookRejected */
export function parseAliExpressNotification(rawBody: Buffer): AliExpressNotification {
  const { data, seller_id: sellerId } = readNotification('ALIEXPRESS', notification, rawBody);
  return { orderNumber: data.orderId, status: data.orderStatus, sellerId };
}
