import { invariant, type Terminal } from '../../domain/call-outcome.ts';
import { dayMs, hourMs } from '../../domain/durations.ts';
import { effectKey } from '../../domain/effect-key.ts';
import { formatMoney, isGreater, type Money } from '../../domain/money.ts';
import { leftOf } from '../../domain/payment.ts';
import { refundAsked } from '../../providers/paypal/order.ts';
import { advance } from '../../queues/transact.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { disproveDone, isInDoubt, standingEffect } from '../../store/effects/effects.ts';
import type { Hindrance } from '../../store/effects/intent.ts';
import type { Order, Payment } from '../../store/entities/order.ts';
import { type RefundNews, sumsOf } from '../../store/money/refunds.ts';
import { assertOwner } from '../../store/orders/orders.ts';
import { nameOfOrder } from '../../store/orders/outside-names.ts';
import { isCancelled, supplierOrdersOf } from '../../store/orders/supplier-orders.ts';
import { note } from '../../store/orders/timeline.ts';
import { once } from '../../store/send-once.ts';
import { bearKeptFees } from '../../transactions/book-unreturned-fees.ts';
import { settleRefund } from '../../transactions/settle-refund.ts';
import { isPresentAccount, payPalOf } from '../connections/own-account.ts';
import { type Context, onceContext, type Processor } from '../context/context.ts';
import { move, orderStep, recheck } from '../step/order-step.ts';
import { askOpenFees } from './open-fee.ts';
import { paymentHolder } from './payment-holder.ts';
import { refundNews } from './paypal-status.ts';

/** PayPal keeps the idempotency key of a refund for 45 days: ours is not sent again after 44. */
const resendForMs = 44 * dayMs;
const lookAgainMs = hourMs;

const sellerPages = {
  ebay: (orderId: string) => `https://www.ebay.com/sh/ord/details?orderid=${encodeURIComponent(orderId)}`,
  mercadolibre: (orderId: string) => `https://www.mercadolibre.com/ventas/${encodeURIComponent(orderId)}/detalle`,
};

type Sent = { refundId: string };

/** Refunds the buyer, once, and never while goods may be on their way. */
export const refund: Processor<'orderId'> = ({ orderId }, ctx) =>
  orderStep(
    ctx,
    { queue: 'refund', id: orderId, from: ['REFUNDING'] },
    async order => {
      const goods = await goodsOrdered(ctx, order);
      if (goods) return move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'REFUND_AFTER_PURCHASE', note: goods });
      // The order ends here, so missing fees are asked for one last time.
      await askOpenFees(ctx, order);
      const left = await paymentHolder(ctx, order);
      if (left.with === 'buyer') {
        const also = (em: EntityManager) => bearKeptFees(em, order);
        return move(ctx, order, { to: 'REFUNDED', note: 'nothing is left to refund' }, { also });
      }
      if (order.channel !== 'paypal') return leaveToSeller(ctx, order, order.channel);
      const sent = await sentBefore(ctx, order);
      if (sent && left.with === 'us') return followRefund(ctx, order, left.payment, sent.refundId);
      if (left.with === 'nobody') return recheck(ctx, order, lookAgainMs, { note: left.note });
      if (order.frozenFor) return recheck(ctx, order, lookAgainMs, { note: `frozen: ${order.frozenFor}` });
      if (!isPresentAccount(ctx, order)) return atFormerAccount(ctx, order, left);
      const { refundId } = await giveBack(ctx, order, left.payment, left.amount);
      return followRefund(ctx, order, left.payment, refundId);
    },
    refused,
  );

/** Why no refund may be sent: a purchase exists, or may exist. Undefined when there is none. */
const goodsOrdered = (ctx: Context, order: Order): Promise<string | undefined> =>
  ctx.store.read(async em => {
    const placed = (await supplierOrdersOf(em, order.id)).filter(row => !isCancelled(row) && row.refundedAt == null);
    if (placed.length > 0) return `goods are ordered as ${placed.map(({ number }) => number).join(', ')}`;
    const effect = await standingEffect(em, 'buy', order.id);
    return isInDoubt(effect) ? 'nobody knows whether goods were ordered' : undefined;
  });

function leaveToSeller(ctx: Context, order: Order, channel: 'ebay' | 'mercadolibre'): Promise<string> {
  const page = sellerPages[channel](order.externalOrderId ?? '');
  return move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'REFUND_BY_SELLER', note: `refund the buyer at ${page}` });
}

/** We keep the former account's keys only for reading: its owner must refund the buyer there. */
const atFormerAccount = (ctx: Context, order: Order, { payment, amount }: { payment: Payment; amount: Money }) =>
  move(ctx, order, {
    to: 'NEEDS_REVIEW',
    reason: 'REFUND_FAILED',
    note: `give ${formatMoney(amount)} of payment ${payment.reference} back at PayPal account ${order.paypalAccount}, which we do not use any more`,
  });

/** A refund that was sent; it is followed to its end even while its order is frozen. */
async function sentBefore(ctx: Context, { id }: Order): Promise<Sent | undefined> {
  const effect = await ctx.store.read(em => standingEffect(em, 'refund', id));
  return effect?.status === 'DONE' ? (effect.result as Sent) : undefined;
}

async function giveBack(ctx: Context, order: Order, payment: Payment, amount: Money): Promise<Sent> {
  const { paypal } = ctx.providers;
  const paypalOrderId = order.externalOrderId;
  invariant(paypalOrderId, `order ${order.id} was paid at PayPal`);
  return once(onceContext(ctx), {
    purpose: 'refund',
    subject: order.id,
    route: 'paypal',
    account: ctx.config.paypal.clientId,
    environment: ctx.config.paypal.environment,
    keyFor: async (em, number) => effectKey('refund', await nameOfOrder(em, order), number),
    // An explicit amount: "the rest of the payment" would mean another amount when the request is repeated.
    freeze: customId => paypal.refundBody({ amount, customId }),
    resendForMs,
    deduplicates: true,
    // This run has already checked everything else that a refund needs.
    mayStillLeave: async effect => moreThanLeft(refundAsked(effect.request), amount),
    assertOwner: em => assertOwner(em, order),
    find: async effect => {
      const found = await paypal.getOrder(paypalOrderId, { signal: ctx.signal });
      const ours = found?.refunds.find(({ customId }) => customId === effect.idempotencyKey);
      return ours ? { answer: 'FOUND', result: { refundId: ours.id } } : { answer: 'UNKNOWN' };
    },
    send: async (effect, departure) => {
      const sent = await paypal.refundCapture(payment.reference, effect.idempotencyKey, effect.request, {
        signal: ctx.signal,
        departure,
      });
      return { refundId: sent.id };
    },
    record: (em, { refundId }, effect) =>
      note(em, order.id, 'effect', `${formatMoney(refundAsked(effect.request))} sent back to the buyer`, {
        key: effect.idempotencyKey,
        refund: refundId,
      }),
  });
}

/** Hinders a request that was frozen before another refund: sent now, it would give the buyer more than was paid. */
const moreThanLeft = (frozen: Money, left: Money): Hindrance | undefined =>
  isGreater(frozen, left)
    ? { note: `the refund is of ${formatMoney(frozen)}, and ${formatMoney(left)} of the payment are left` }
    : undefined;

/** A refund of an eCheck takes days; none takes a month. */
const pendingForMs = 30 * dayMs;

async function pendingTooLong(ctx: Context, { id }: Order): Promise<boolean> {
  const effect = await ctx.store.read(em => standingEffect(em, 'refund', id));
  return ctx.now().getTime() - (effect?.firstSentAt ?? ctx.now()).getTime() >= pendingForMs;
}

/** PayPal may omit the amount of a refund that we sent: our frozen request has it. */
async function askedBack(ctx: Context, { id }: Order): Promise<Money> {
  const effect = await ctx.store.read(em => standingEffect(em, 'refund', id));
  invariant(effect, `the refund of order ${id} was sent`);
  return refundAsked(effect.request);
}

async function followRefund(ctx: Context, order: Order, payment: Payment, refundId: string): Promise<string> {
  const told = await payPalOf(ctx, order).getRefund(refundId, { signal: ctx.signal });
  const news = refundNews({ ...told, amount: told.amount ?? (await askedBack(ctx, order)) }, 'refund');
  const also = async (em: EntityManager) => {
    await settleRefund(em, order, payment, news);
    if (news.status === 'FAILED') await didNotArrive(em, order);
  };
  switch (news.status) {
    case 'COMPLETED':
      return refunded(ctx, order, payment, news);
    case 'FAILED':
      return move(
        ctx,
        order,
        { to: 'NEEDS_REVIEW', reason: 'REFUND_FAILED', note: `PayPal says ${told.status}` },
        { also },
      );
    case 'PENDING': {
      const text = `PayPal says ${told.status}`;
      if (!(await pendingTooLong(ctx, order))) return recheck(ctx, order, lookAgainMs, { note: text });
      return move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'REFUND_FAILED', note: `${text} for a month` }, { also });
    }
  }
}

/** PayPal says that the refund failed: its effect is disproven, so that another refund may be sent. */
async function didNotArrive(em: EntityManager, { id }: Order): Promise<void> {
  const effect = await standingEffect(em, 'refund', id);
  if (effect?.status === 'DONE') await disproveDone(em, effect, 'REFUND_FAILED');
}

/** REFUNDED means that nothing of the payment is left; a reversal that came back meanwhile may leave something. */
const refunded = (ctx: Context, order: Order, payment: Payment, news: RefundNews): Promise<string> =>
  ctx.transact(async (em, enqueue) => {
    await settleRefund(em, order, payment, news);
    const left = leftOf(await sumsOf(em, payment));
    const went = `${formatMoney(news.amount)} went back to the buyer`;
    if (left.amountMinor === 0n) {
      await advance(em, enqueue, order, { to: 'REFUNDED', note: went });
      await bearKeptFees(em, order);
      return 'REFUNDED';
    }
    const note = `${went}, and ${formatMoney(left)} of the payment are left: refund them at PayPal`;
    await advance(em, enqueue, order, { to: 'NEEDS_REVIEW', reason: 'REFUND_FAILED', note });
    return `NEEDS_REVIEW (REFUND_FAILED): ${note}`;
  });

const refused = (order: Order, refusal: Terminal, ctx: Context): Promise<string> =>
  move(ctx, order, { to: 'NEEDS_REVIEW', reason: 'REFUND_FAILED', note: refusal.message });
