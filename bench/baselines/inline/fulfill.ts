import { expectedFees, expectedPayoutFees, feesAt, platformCurrency } from '../../../domain/fees.ts';
import { type Currency, convert, formatMoney, type Money, min, money, multiply, zero } from '../../../domain/money.ts';
import type { Custody } from '../../../domain/order.ts';
import { mostToSpend } from '../../../domain/profit.ts';
import { type Destination, toDestination } from '../../../providers/aliexpress/address.ts';
import type { Province } from '../../../providers/aliexpress/address-names.ts';
import type { UserToken } from '../../../providers/gate/checked-call.ts';
import { type Claimed, claim, keepBalance, letThrough, lockFunds, noteUse } from './purchase-statements.ts';
import { OffTheRoad, only, openPacer, type Surroundings } from './surroundings.ts';
import { sealedLine } from './timeline-line.ts';

/** An order on its road, as far as it is decided. */
export type Fulfilled = {
  readonly order: Claimed;
  readonly custody: Custody;
  readonly price: Money;
  readonly token: UserToken;
  readonly destination: Destination;
  readonly maxCost: Money;
};

export const unitRate = { base: platformCurrency, quote: platformCurrency, rate: '1' } as const;

/** Lets paid orders through: address, price, limits and funds. */
export function openFulfill(surroundings: Surroundings) {
  const { config, database, box, aliexpress } = surroundings;
  const isUseDue = openPacer();
  const balanceKnown = openBalance(surroundings);
  const places = new Map<string, Promise<readonly Province[]>>();

  const placesOf = (token: UserToken, country: string) => {
    const known = places.get(country) ?? aliexpress.getAddress(token, country);
    places.set(country, known);
    return known;
  };

  return async (orderId: string): Promise<Fulfilled> => {
    const { environment } = config.aliexpress;
    const order = only(await database.ask<Claimed>(claim, [orderId, environment]), 'it is not a paid order');
    assertOpen(surroundings, order);
    const secrets = JSON.parse(box.open(order.sealed, `api_credentials/${order.credential_id}`));
    const token = { accessToken: String(secrets.accessToken), account: order.account_id };
    if (isUseDue(order.credential_id)) await database.ask(noteUse, [order.credential_id]);
    const shipTo = JSON.parse(box.open(order.ship_to, `orders/${order.id}`));
    const destination = toDestination(shipTo, await placesOf(token, shipTo.country));
    const custody = { proceedsHeldBy: order.proceeds_held_by, supplierPaidBy: order.supplier_paid_by };
    const price = money(BigInt(order.sale_minor), order.sale_currency as Currency);
    const maxCost = allowedCost(surroundings, order, { custody, price });
    await balanceKnown();
    await release(surroundings, order, maxCost);
    return { order, custody, price, token, destination, maxCost };
  };
}

/** What the product would answer with a wait, a renewal or a review ends the order's road here. */
function assertOpen({ config }: Surroundings, order: Claimed): void {
  const patienceEnds = order.paid_at.getTime() + config.buyWithinDays * 86_400_000;
  const holdEnds = order.paid_at.getTime() + config.orderHoldMinutes * 60_000;
  if (Date.now() > patienceEnds || Date.now() < holdEnds) throw new OffTheRoad('it is too late or too early to buy');
  if (order.access_expires_at.getTime() - config.supplierTokenLeadMs < Date.now())
    throw new OffTheRoad('its token ends');
  if (order.sale_currency !== platformCurrency) throw new OffTheRoad('it needs a rate');
}

function allowedCost(
  { config }: Surroundings,
  order: Claimed,
  { custody, price }: Pick<Fulfilled, 'custody' | 'price'>,
): Money {
  const ours = feesAt(expectedFees('paypal', price, unitRate), unitRate);
  const left = min(price, money(BigInt(order.left_minor), price.currency));
  const most = mostToSpend(
    { salePrice: convert(left, unitRate), ...ours },
    {
      commissionPercent: order.percent,
      payoutFees: expectedPayoutFees(custody, order.payout_provider ?? config.payoutProvider),
    },
  );
  const maxCost = min(multiply(money(BigInt(order.max_buy_minor), platformCurrency), order.quantity), most);
  if (maxCost.amountMinor <= 0n || maxCost.amountMinor > BigInt(config.maxOrderSpendUsd) * 100n)
    throw new OffTheRoad('it is not profitable, or above the cap');
  return maxCost;
}

async function release({ config, database, box }: Surroundings, order: Claimed, maxCost: Money): Promise<void> {
  const sentence = `PAID → PURCHASING: ${formatMoney(maxCost)} reserved`;
  const line = sealedLine(box, order.id, 'moved', sentence, { from: 'PAID', to: 'PURCHASING' });
  const { maxDailyOrders, maxDailySpendUsd } = config;
  await database.transaction(async ask => {
    const account = only(await ask<{ id: string }>(lockFunds, [order.user_id]), 'there is no account');
    const owned = [account.id, order.id, order.fence, order.user_id, maxCost.amountMinor];
    const limits = [maxDailyOrders, maxDailySpendUsd * 100, order.product_id];
    only(await ask(letThrough, [...owned, ...limits, ...line]), 'its claim, a limit or the funds forbid it');
  });
}

/** The balance is read again when the last reading is an interval ago; one reading serves all that come meanwhile. */
function openBalance({ config, database, paypal }: Surroundings): () => Promise<void> {
  const isDue = openPacer(config.balanceReadIntervalMs);
  let first: Promise<void> | undefined;
  const read = async () => {
    const { asOf, available } = await paypal.getBalances({});
    const { amountMinor } = available.find(({ currency }) => currency === platformCurrency) ?? zero(platformCurrency);
    await database.ask(keepBalance, [amountMinor, asOf, config.balanceReadIntervalMs]);
  };
  return async () => {
    if (!isDue('paypal')) return first;
    const reading = read();
    first ??= reading;
    return reading;
  };
}
