import { Retryable, Uncertain } from '../../domain/call-outcome.ts';
import { effectKey } from '../../domain/effect-key.ts';
import { formatMoney, type Money } from '../../domain/money.ts';
import { buyerAccountState } from '../../store/connections/shop-accounts.ts';
import { askedInThisRun, type Found, type Intent } from '../../store/effects/intent.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import { assertOwner, goOnProven } from '../../store/orders/orders.ts';
import { nameOfOrder } from '../../store/orders/outside-names.ts';
import { numbersOfOthers, saveSupplierOrders } from '../../store/orders/supplier-orders.ts';
import { note } from '../../store/orders/timeline.ts';
import { once } from '../../store/send-once.ts';
import { type Context, onceContext } from '../context/context.ts';
import { stopAccount } from './handle-obstacle.ts';
import { follow } from './locate.ts';
import { Obstacle } from './obstacle.ts';
import { readConfirmation } from './pages/confirmation.ts';
import { ordersPath, readOrders } from './pages/orders.ts';
import type { Prepared } from './prepare.ts';
import { type ClickedOrder, recognise } from './recognise.ts';
import { assertInShop } from './stay-in-shop.ts';
import { type Stay, visitShop } from './visit-shop.ts';

type Clicked = { orderNumbers: string[] };
type Ready = Prepared & Pick<ClickedOrder, 'wanted' | 'address'>;

/** The irreversible click, once per order. */
export async function placeOrderOnce(
  ctx: Context,
  order: Order,
  credential: Credential,
  stay: Stay,
  ready: Ready,
): Promise<Clicked> {
  // Checks that the page is still there before CLICKING is written: afterwards a lost page would look like a click.
  assertInShop(stay.visit.page);
  if (!(await ready.button.isVisible())) throw new Obstacle('LAYOUT_UNKNOWN', 'the place-order button is hidden');
  return once(onceContext(ctx), {
    ...intentOf(ctx, order, credential),
    freeze: () => frozen(ready),
    leaving: async (em, effect) => {
      await stay.assertHeld(em);
      await note(em, order.id, 'effect', 'CLICKING', { key: effect.idempotencyKey });
    },
    send: async () => {
      try {
        const { page } = stay.visit;
        await follow(page, ready.button);
        await stay.step('clicked');
        return { orderNumbers: await readConfirmation(page) };
      } catch (error) {
        // Whatever it was: the button may have been pressed.
        throw new Uncertain('CLICK_UNANSWERED', 'the order was clicked, and its number was not seen', { cause: error });
      }
    },
  });
}

/** Finds the outcome of a click whose answer was not seen. The click is never repeated. @throws Uncertain, Unproven */
export const findPlacedOrder = (ctx: Context, order: Order, credential: Credential): Promise<Clicked> =>
  once(onceContext(ctx), {
    ...intentOf(ctx, order, credential),
    freeze: () => invariantBroken(),
    send: () => invariantBroken(),
  });

function invariantBroken(): never {
  throw new Error('invariant broken: what was clicked is not clicked again');
}

const intentOf = (ctx: Context, order: Order, credential: Credential): Omit<Intent<Clicked>, 'freeze' | 'send'> => ({
  purpose: 'buy',
  subject: order.id,
  route: 'aliexpress-browser',
  account: credential.accountId,
  environment: credential.environment,
  keyFor: async (em, number) => effectKey('buy', await nameOfOrder(em, order), number),
  resendForMs: 0,
  lookForMs: ctx.config.browserLookForMs,
  deduplicates: false,
  // Sent once, in the run that has asked.
  mayStillLeave: askedInThisRun,
  assertOwner: em => assertOwner(em, order),
  find: effect => findInList(ctx, order, credential, effect),
  record: async (em, { orderNumbers }, effect) => {
    await saveSupplierOrders(em, order.id, {
      numbers: orderNumbers,
      credentialId: credential.id,
      effectKey: effect.idempotencyKey,
    });
    await goOnProven(em, order.id);
    const { total } = JSON.parse(effect.request) as ClickedOrder;
    const price = formatMoney({ ...total, amountMinor: BigInt(total.amountMinor) });
    const detail = { key: effect.idempotencyKey, orders: orderNumbers };
    await note(em, order.id, 'effect', `bought on the website as ${orderNumbers.join(', ')} for ${price}`, detail);
  },
});

const frozen = ({ wanted, address, total, before }: Ready): string =>
  JSON.stringify({ wanted, address, total: textOf(total), before } satisfies ClickedOrder);

const textOf = ({ amountMinor, currency }: Money) => ({ amountMinor: amountMinor.toString(), currency });

/**
 * A list that cannot be read says nothing about the order: time alone decides whether it is looked for again or a
 * person is asked. A paused account is not visited.
 */
async function findInList(ctx: Context, order: Order, credential: Credential, effect: Effect): Promise<Found<Clicked>> {
  const { health } = await ctx.store.read(em => buyerAccountState(em, credential));
  if (health !== 'healthy') return { answer: 'UNKNOWN' };
  const clicked = JSON.parse(effect.request) as ClickedOrder;
  try {
    const stay = await visitShop(ctx, order, credential, async ({ visit, step }) => {
      await step('order-list');
      await visit.open(ordersPath);
      return { listed: await readOrders(visit.page, effect.firstSentAt ?? new Date(0)) };
    });
    if ('busy' in stay) return { answer: 'UNKNOWN' };
    const others = await ctx.store.read(em => numbersOfOthers(em, order.id));
    const found = recognise(stay.listed, clicked, others);
    return found.answer === 'FOUND' ? { answer: 'FOUND', result: { orderNumbers: found.numbers } } : found;
  } catch (error) {
    if (error instanceof Obstacle) await stopAccount(ctx, credential, error.kind);
    else if (!(error instanceof Retryable && error.code === 'BROWSER_LOST')) throw error;
    return { answer: 'UNKNOWN' };
  }
}
