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
 * What an event is about, by PayPal's own id: the checkout order, if it names one; else the disputed payment; else the
 * order, capture or refund that it names. Used to find the messages about an order; no decision depends on it.
 */
export function subjectOf({ resource }: Pick<PayPalEvent, 'resource'>): string | undefined {
  const { value, error } = about.validate(resource ?? {});
  if (error) return undefined;
  const { id, supplementary_data: data, disputed_transactions: [disputed] = [] }: About = value;
  return data?.related_ids?.order_id ?? disputed?.seller_transaction_id ?? id;
}
