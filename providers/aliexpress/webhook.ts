import Joi from 'joi';
import { readNotification } from '../webhook/webhook-rejected.ts';
import { harmless, maybe, open } from '../wire/fields.ts';

/** Not signed: a hint, acted on only after the order was read with its owner's token, which proves ownership too. */
export type AliExpressNotification = {
  /** The status of the order by the message; without one, the number of the message's kind. */
  type: string;
  /** Absent in a message about something else than an order. */
  orderNumber?: string;
  /** It is not documented which of them is the account that authorised us. */
  accountIds: readonly string[];
};

const number = Joi.alternatives(Joi.string().pattern(/^\d{1,20}$/), Joi.number().integer().positive()).custom(String);
type Wire = {
  data?: { orderId?: string; orderStatus?: string; buyerId?: string };
  message_type?: string;
  seller_id: string;
};
const notification = open<Wire>({
  data: maybe(
    open({
      orderId: maybe(number),
      orderStatus: harmless(Joi.string().pattern(/^[A-Za-z]{1,40}$/)),
      buyerId: harmless(number),
    }),
  ),
  message_type: harmless(number),
  seller_id: number.required(),
});

/**
 * `message_type` may change (documentation): it only names messages that are not about an order. @throws
 * WebhookRejected
 */
export function parseAliExpressNotification(rawBody: Buffer): AliExpressNotification {
  const { data = {}, message_type: kind, seller_id: sellerId } = readNotification('ALIEXPRESS', notification, rawBody);
  const { orderId, orderStatus, buyerId } = data;
  return {
    type: orderStatus ?? `MESSAGE_${kind ?? 'UNKNOWN'}`,
    ...(orderId ? { orderNumber: orderId } : {}),
    accountIds: buyerId ? [sellerId, buyerId] : [sellerId],
  };
}
