import type { Unreadable } from '../../domain/call-outcome.ts';
import { platformCurrency } from '../../domain/fees.ts';
import { zero } from '../../domain/money.ts';
import type { Custody } from '../../domain/order.ts';
import { advance } from '../../queues/transact.ts';
import type { Credential } from '../../store/entities/people.ts';
import { upsertLine } from '../../store/orders/new-orders.ts';
import { orderOfSeller } from '../../store/orders/orders.ts';
import { note } from '../../store/orders/timeline.ts';
import type { Context } from '../context/context.ts';
import { keepAnswerOf } from '../step/unreadable-answer.ts';
import { channelOf, wholeSale } from './unconfirmed-sale.ts';

type Sale = { orderId: string; credential: Credential; custody: Custody; answer: Unreadable };

/**
 * Keeps a sale that its marketplace shows in a form that we cannot read, as one order for the whole sale, without a
 * price, which is not bought. An order that is known already gets only a note: its purchase reads the sale again first.
 */
export const takeUnreadable = (ctx: Context, { orderId, credential, custody, answer }: Sale): Promise<string> =>
  ctx.transact(async (em, enqueue) => {
    const channel = channelOf(credential);
    const text = `${channel} shows the sale, and its answer cannot be read: ${answer.message}`;
    const known = await orderOfSeller(em, credential.userId, channel, orderId);
    const order = known ?? (await upsertLine(em, placeholderOf({ orderId, credential, custody }))).order;
    await keepAnswerOf(em, order.id, 'import', answer);
    if (order.status === 'CREATED' && order.saleMinor === 0n)
      await advance(em, enqueue, order, { to: 'NEEDS_REVIEW', reason: 'UNREADABLE_SALE', note: text });
    else await note(em, order.id, 'noted', text, { code: answer.code });
    ctx.log.error({ orderId: order.id, channel, code: answer.code }, 'a sale cannot be read');
    return `order ${orderId} cannot be read: ${answer.code}`;
  });

const placeholderOf = ({ orderId, credential, custody }: Omit<Sale, 'answer'>) => ({
  userId: credential.userId,
  channel: channelOf(credential),
  credentialId: credential.id,
  externalOrderId: orderId,
  externalLineId: wholeSale(credential),
  listingId: null,
  variationId: '',
  quantity: 1,
  sale: zero(platformCurrency),
  marketplaceFee: undefined,
  shipTo: undefined,
  buyerAccount: undefined,
  custody,
});
