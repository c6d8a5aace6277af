import Joi from 'joi';
import { harmless, open } from '../wire/fields.ts';
import type { PayPalEvent } from './webhook.ts';

type About = {
  id?: string;
  supplementary_data?: { related_ids?: { order_id?: string } };
  disputed_transactions?: { seller_transaction_id?: string }[];
};

const name = harmless(Joi.string().pattern(/^[\w-]{1,64}$/));
const about = open<About>({
  id: name,
  supplementary_data: harmless(open({ related_ids: harmless(open({ order_id: name })) })),
  disputed_transactions: harmless(Joi.array().items(open({ seller_transaction_id: name }))),
});

/**
 * What an event is about, by PayPal's own name: the checkout order, where it says it; else the payment that is disputed;
 * else the order, capture or refund that it tells of. For finding the messages about an order again; nothing follows from it.
 */
export function subjectOf({ resource }: Pick<PayPalEvent, 'resource'>): string | undefined {
  const { value, error } = about.validate(resource ?? {});
  if (error) return undefined;
  const { id, supplementary_data: data, disputed_transactions: [disputed] = [] }: About = value;
  return data?.related_ids?.order_id ?? disputed?.seller_transaction_id ?? id;
}
