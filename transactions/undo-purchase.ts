import { invariant } from '../domain/call-outcome.ts';
import { platformCurrency } from '../domain/fees.ts';
import type { OrderId } from '../domain/ids.ts';
import { merged, type Posting, reversed } from '../domain/ledger.ts';
import { type LedgerEvent, ledgerEvent } from '../domain/ledger-event.ts';
import { formatMoney, type Money, money, subtract, zero } from '../domain/money.ts';
import { lostAtSupplier, supplierCancelled, supplierRefunded } from '../domain/postings.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import { disproveDone, standingEffect } from '../store/effects/effects.ts';
import type { Sale } from '../store/entities/money.ts';
import type { Order, SupplierOrder } from '../store/entities/order.ts';
import { keepLost, moneyReturned, partReturned } from '../store/money/funding.ts';
import { orderSums, post, postingsOf } from '../store/money/ledger.ts';
import { custodyOf } from '../store/orders/orders.ts';
import { markRefunded, purchaseOrdersOf } from '../store/orders/supplier-orders.ts';
import { note } from '../store/orders/timeline.ts';
import { legsOfOrder } from '../store/payouts/legs.ts';
import { findSale, markVoided } from '../store/payouts/sales.ts';
import { payerOf } from './book-purchase.ts';
import { cancelLeg, claimUnpaidLeg } from './cancel-payout.ts';

/**
 * The supplier cancelled goods that were paid: until its refund is seen, it owes that to whoever paid. Returns true
 * when the debt is new.
 */
export async function awaitSupplierRefund(
  em: EntityManager,
  order: Order,
  rows: readonly SupplierOrder[],
): Promise<boolean> {
  let news = false;
  const sale = { custody: custodyOf(order), reseller: order.userId };
  for (const { status, wasPaid, number, costMinor, costCurrency } of rows)
    if (status === 'CANCELLED' && wasPaid && costMinor != null && costCurrency) {
      const booked = await post(em, {
        source: 'aliexpress',
        event: ledgerEvent.supplierCancelled(number),
        orderId: order.id,
        postings: supplierCancelled({ ...sale, owed: money(costMinor, costCurrency) }),
      });
      news ||= booked;
    }
  return news;
}

/** The supplier's open debt for an order, to whoever paid the supplier. */
const owedBySupplier = async (em: EntityManager, orderId: OrderId): Promise<Money> =>
  (await orderSums(em, orderId, platformCurrency))('supplier-refunds');

export const supplierOwes = async (em: EntityManager, orderId: OrderId): Promise<boolean> =>
  (await owedBySupplier(em, orderId)).amountMinor !== 0n;

/** `cost`: what was paid for goods that will not arrive. `lost`: the part of it that is never refunded. */
type Undone = { readonly cost: Money; readonly lost?: Money; readonly seenBy: string };

/**
 * A person has seen the supplier's refund, less what is lost. The purchase counts as not made, and the sale is
 * reversed. Unpaid legs are cancelled; paid ones become receivables, set off against the legs of the next sale. The
 * caller owns the order and moves it.
 */
export async function undoPurchase(em: EntityManager, order: Order, { seenBy, ...undone }: Undone): Promise<void> {
  const effect = await standingEffect(em, 'buy', order.id);
  const rows = await purchaseOrdersOf(em, order.id);
  const name = effect?.idempotencyKey ?? rows[0]?.number;
  invariant(name, `order ${order.id} was bought`);
  const { cost, lost = zero(cost.currency) } = undone;
  if (effect) await disproveDone(em, effect, 'SUPPLIER_REFUNDED');
  await keepLost(em, 'buy', order.id, lost);
  await moneyReturned(em, 'buy', order.id);
  await markRefunded(em, rows);
  await bookRefund(em, order, rows[0], name, { cost, lost });
  const text = `the supplier gave ${formatMoney(subtract(cost, lost))} back${lostToo(lost)}`;
  await note(em, order.id, 'effect', text, { key: name, seenBy });
}

const lostToo = (lost: Money): string => (lost.amountMinor === 0n ? '' : `, and ${formatMoney(lost)} is lost`);

/**
 * As `undoPurchase`, for the cancelled supplier orders of a purchase that otherwise goes on; `cost` is theirs. The sale
 * is booked again with the cost of the rest.
 */
export async function undoPart(
  em: EntityManager,
  order: Order,
  cancelled: readonly SupplierOrder[],
  { seenBy, ...undone }: Undone,
): Promise<void> {
  const numbers = cancelled.map(({ number }) => number);
  await markRefunded(em, cancelled);
  const { cost, lost = zero(cost.currency) } = undone;
  await partReturned(em, 'buy', order.id, subtract(cost, lost));
  await bookRefund(em, order, cancelled[0], numbers.join('+'), { cost, lost });
  const text = `the supplier gave ${formatMoney(subtract(cost, lost))} back for ${numbers.join(', ')}${lostToo(lost)}`;
  await note(em, order.id, 'effect', text, { numbers, seenBy });
}

async function bookRefund(
  em: EntityManager,
  order: Order,
  row: SupplierOrder | undefined,
  name: string,
  { cost, lost }: { cost: Money; lost: Money },
): Promise<void> {
  const sale = await findSale(em, order.id);
  if (sale) await voidSale(em, order.id, sale);
  const owed = await owedBySupplier(em, order.id);
  const payer = payerOf(order, row);
  const book = async (event: LedgerEvent, postings: readonly Posting[]) => {
    if (postings.length > 0) await post(em, { source: 'aliexpress', event, orderId: order.id, postings });
  };
  await book(ledgerEvent.supplierRefunded(name), supplierRefunded({ ...payer, cost, owed }));
  if (lost.amountMinor > 0n) await book(ledgerEvent.lostAtSupplier(name), lostAtSupplier({ ...payer, lost }));
}

/** Reverses the sale as it stands, with its refunds included: the order's money is parked again. */
async function voidSale(em: EntityManager, orderId: OrderId, sale: Sale): Promise<void> {
  const booked = await postingsOf(em, orderId, 'sale', {
    named: [ledgerEvent.saleBooked(sale.id)],
    beginning: [ledgerEvent.saleShrunk(sale.id, ''), ledgerEvent.saleRegained(sale.id, '')],
  });
  await post(em, {
    source: 'sale',
    event: ledgerEvent.saleVoided(sale.id),
    orderId,
    postings: merged(reversed(booked)),
  });
  await markVoided(em, sale);
  for (const { id } of await legsOfOrder(em, orderId)) {
    const leg = await claimUnpaidLeg(em, id);
    if (leg) await cancelLeg(em, leg, 'SUPPLIER_CANCELLED');
  }
}
