import { invariant, PermissionRefused } from '../../domain/call-outcome.ts';
import { hourMs } from '../../domain/durations.ts';
import { effectKey } from '../../domain/effect-key.ts';
import { formatMoney } from '../../domain/money.ts';
import type { Destination } from '../../providers/aliexpress/address.ts';
import { askedInThisRun } from '../../store/effects/intent.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import { assertOwner, goOnProven } from '../../store/orders/orders.ts';
import { nameOfOrder } from '../../store/orders/outside-names.ts';
import { saveSupplierOrders } from '../../store/orders/supplier-orders.ts';
import { note } from '../../store/orders/timeline.ts';
import { once } from '../../store/send-once.ts';
import { withToken } from '../connections/fresh-token.ts';
import { type Context, onceContext } from '../context/context.ts';
import type { AskSupplier, Offer } from './choose-offer.ts';
import { purchaseMayLeaveAgain } from './resend-purchase.ts';

/** AliExpress recognises `out_order_id` for 24 h: ours is not sent again after 20. */
const resendForMs = 20 * hourMs;

/** As `withToken`, but rethrows a refused permission unchanged, because a browser may still be able to buy. */
export const asking =
  (ctx: Context, credential: Credential): AskSupplier =>
  async call => {
    const refused: PermissionRefused[] = [];
    const told = (error: unknown): never => {
      if (error instanceof PermissionRefused) refused.push(error);
      throw error;
    };
    return withToken(ctx, credential, token => call(token).catch(told)).catch((error: unknown) => {
      throw refused[0] ?? error;
    });
  };

/** The supplier orders' numbers; `paid`: AliExpress took the payment itself with the placement. */
type Bought = { orderNumbers: string[]; paid?: boolean };

/** The chosen offer, and the address that it was chosen for. */
type Choice = { offer: Offer; destination: Destination };

/** Places the order at AliExpress, once. Without a choice the effect is in doubt: only its frozen request may be sent again. */
export async function placeOrder(ctx: Context, order: Order, credential: Credential, choice?: Choice): Promise<void> {
  const { aliexpress } = ctx.providers;
  await once<Bought>(onceContext(ctx), {
    purpose: 'buy',
    subject: order.id,
    route: 'aliexpress-api',
    account: credential.accountId,
    environment: credential.environment,
    keyFor: async (em, number) => effectKey('buy', await nameOfOrder(em, order), number),
    freeze: outOrderId => freezeRequest(ctx, order, outOrderId, choice),
    resendForMs,
    deduplicates: true,
    // A choice was made, and checked, in this run.
    mayStillLeave: effect =>
      choice ? askedInThisRun() : purchaseMayLeaveAgain(ctx, asking(ctx, credential), order, effect),
    assertOwner: em => assertOwner(em, order),
    // AliExpress has no look-up by our key; within 24 h the same request answers with the same orders.
    find: async () => ({ answer: 'UNKNOWN' }),
    send: async (effect, departure) => {
      const { orderNumbers, paid } = await asking(
        ctx,
        credential,
      )(token => aliexpress.createOrder(token, effect.request, { signal: ctx.signal, departure }));
      // The answer to a repeated request says nothing about the payment.
      return { orderNumbers, paid: paid && effect.lastSentAt == null };
    },
    record: async (em, { orderNumbers, paid = false }, effect) => {
      await saveSupplierOrders(em, order.id, {
        numbers: orderNumbers,
        credentialId: credential.id,
        effectKey: effect.idempotencyKey,
        wasPaid: paid,
      });
      await goOnProven(em, order.id);
      const text = `placed at AliExpress as ${orderNumbers.join(', ')}`;
      await note(em, order.id, 'effect', choice ? `${text} for ${formatMoney(choice.offer.total)}` : text, {
        key: effect.idempotencyKey,
        orders: orderNumbers,
      });
    },
  });
}

function freezeRequest(ctx: Context, order: Order, outOrderId: string, choice: Choice | undefined): string {
  invariant(choice, 'a new request is frozen from an offer');
  const { offer, destination } = choice;
  return ctx.providers.aliexpress.orderRequest({
    outOrderId,
    destination,
    items: [{ ...offer, quantity: order.quantity }],
  });
}
