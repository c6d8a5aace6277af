import Joi from 'joi';
import { readNotification } from '../webhook/webhook-rejected.ts';
import { idText, open, readAs } from '../wire/fields.ts';

/**
 * Not signed: a hint. It counts only when `applicationId` is ours and `userId` a connected account, and then the
 * order is read with that account's token. One order sends many of them.
 */
export type MercadoLibreNotification = {
  id: string;
  topic: string;
  /** Of `orders_v2` only. */
  orderId?: string;
  userId: string;
  applicationId: string;
};

type Wire = { _id: string; topic: string; resource: string; user_id: string; application_id: string };
const number = idText.custom((text: string) => {
  if (/^\d{1,20}$/.test(text)) return text;
  throw new RangeError('not a number');
});
const wireNotification = open<Wire>({
  _id: Joi.string()
    .pattern(/^[A-Za-z0-9-]{1,64}$/)
    .required(),
  topic: Joi.string()
    .pattern(/^[a-z][a-z0-9_-]{1,60}$/)
    .required(),
  resource: Joi.string()
    .max(256)
    .required()
    // biome-ignore lint/suspicious/noThenProperty: the name of Joi's option
    .when('topic', { is: 'orders_v2', then: Joi.string().pattern(/^\/orders\/\d{1,20}$/) }),
  user_id: number.required(),
  application_id: number.required(),
});

const toNotification = (wire: Wire): MercadoLibreNotification => ({
  id: wire._id,
  topic: wire.topic,
  ...(wire.topic === 'orders_v2' ? { orderId: wire.resource.slice('/orders/'.length) } : {}),
  userId: wire.user_id,
  applicationId: wire.application_id,
});

export const notification = readAs(wireNotification, toNotification);

/** @throws WebhookRejected */
export const parseMercadoLibreNotification = (rawBody: Buffer): MercadoLibreNotification =>
  readNotification('MERCADOLIBRE', notification, rawBody);

/** The body that a delivery of this notification would have had. */
export const notificationBody = ({ id, topic, orderId, userId, applicationId }: MercadoLibreNotification): Buffer =>
  Buffer.from(
    JSON.stringify({
      _id: id,
      topic,
      resource: `/orders/${orderId}`,
      user_id: userId,
      application_id: applicationId,
    }),
  );
