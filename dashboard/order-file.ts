import type { OrderId } from '../domain/ids.ts';
import { restingChange } from '../store/accounts/receivers.ts';
import { findProduct, productsOf } from '../store/catalogue/products.ts';
import { contradictionsOf } from '../store/contradictions.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Store } from '../store/database/open.ts';
import type { PayoutLeg } from '../store/entities/money.ts';
import type { Order } from '../store/entities/order.ts';
import { erasureHold } from '../store/forgetting/erasure-hold.ts';
import { paymentsOf } from '../store/money/payments.ts';
import { effectsOf, ledgerOf } from '../store/operations/order-books.ts';
import { findOrderRow } from '../store/operations/overview.ts';
import { evidenceOf } from '../store/orders/evidence.ts';
import { parcelsOf } from '../store/orders/parcels.ts';
import { supplierOrdersOf } from '../store/orders/supplier-orders.ts';
import { timelineOf } from '../store/orders/timeline.ts';
import { legsOfOrder } from '../store/payouts/legs.ts';
import { commissionOf, findSale } from '../store/payouts/sales.ts';
import { whyNoAddressWanted } from '../transactions/correct-address.ts';
import { orderChoices, orderFacts } from '../transactions/decisions/order-choices.ts';
import { payoutChoices, payoutFacts } from '../transactions/decisions/payout-choices.ts';
import { listingWanted } from '../transactions/map-listing.ts';
import { whyNotRefundable } from '../transactions/refund-order.ts';
import { limitedReseller } from '../transactions/set-funding-limit.ts';
import { Refusal } from './middleware/refusal.ts';

export type OrderFile = Awaited<ReturnType<typeof readOrderFile>>;
export type LegWithChoices = OrderFile['payoutChoices'][number];

async function choicesOf(em: EntityManager, legs: readonly PayoutLeg[]) {
  const chosen = [];
  for (const leg of legs) chosen.push({ leg, choices: payoutChoices(await payoutFacts(em, leg)) });
  return chosen;
}

/** At most this many of a reseller's products are offered for a listing. */
const productsMax = 1_000;

/** What an operator may do about an order besides deciding. */
async function remediesOf(em: EntityManager, order: Order) {
  const wanted = listingWanted(order);
  return {
    refund: whyNotRefundable(order) === null,
    address: whyNoAddressWanted(order) === null,
    listing: wanted && { ...wanted, products: await productsOf(em, order.userId, { limit: productsMax, offset: 0 }) },
    fundingLimit: limitedReseller(order) !== null,
  };
}

/** An order and everything that belongs to it. @throws Refusal 404 */
export const readOrderFile = (store: Store, id: OrderId) =>
  store.read(async em => {
    const row = await findOrderRow(em, id);
    if (!row) throw new Refusal(404, 'There is no such order.');
    const { productId } = row.order;
    const sale = await findSale(em, id);
    const legs = await legsOfOrder(em, id);
    const parcels = await parcelsOf(em, id);
    return {
      ...row,
      sale,
      legs,
      payoutChoices: await choicesOf(em, legs),
      remedies: await remediesOf(em, row.order),
      orderChoices: orderChoices(await orderFacts(em, row.order)),
      erasureHold: row.order.buyerErasedAt ? null : await erasureHold(em, row.order),
      product: productId ? await findProduct(em, productId) : null,
      commission: sale && (await commissionOf(em, sale.id)),
      payments: await paymentsOf(em, id),
      supplierOrders: await supplierOrdersOf(em, id),
      parcels,
      effects: await effectsOf(em, [id, ...legs.map(leg => leg.id), ...parcels.map(parcel => parcel.id)]),
      restingReceiver: await restingChange(em, row.order.userId),
      contradictions: await contradictionsOf(em, id),
      ledger: await ledgerOf(em, id),
      timeline: await timelineOf(em, id),
      evidence: await evidenceOf(em, id),
    };
  });
