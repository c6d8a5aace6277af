import { randomUUID } from 'node:crypto';
import { dayMs } from '../../../domain/durations.ts';
import { expectedFees, feesAt, platformCurrency } from '../../../domain/fees.ts';
import type { SaleId, UserId } from '../../../domain/ids.ts';
import { ledgerEvent } from '../../../domain/ledger-event.ts';
import { add, formatMoney, type Money, money, negate } from '../../../domain/money.ts';
import type { Beneficiary } from '../../../domain/payout-leg.ts';
import { saleBooked } from '../../../domain/postings.ts';
import { legsOf, type Profit, profitOf } from '../../../domain/profit.ts';
import { unitRate } from './fulfill.ts';
import { bookSale, lockSale, readSale, type SaleFacts } from './payout-statements.ts';
import { arraysOf, type Bought } from './purchase.ts';
import { OffTheRoad, only, type Surroundings } from './surroundings.ts';
import { sealedLine } from './timeline-line.ts';

export type Leg = {
  readonly id: string;
  readonly beneficiary: Beneficiary;
  readonly holder: UserId;
  readonly amount: Money;
  readonly receiver: string;
};

/** Books the sale with what was really captured, charged and paid, and makes the payout legs. */
export async function sell(surroundings: Surroundings, bought: Bought): Promise<readonly Leg[]> {
  const { order, effectKey } = bought;
  if (surroundings.config.payoutHoldDays * dayMs > 0) throw new OffTheRoad('its payouts are held back');
  return surroundings.database.transaction(async ask => {
    only(await ask(lockSale, [order.id, order.fence]), 'its claim is lost before the sale');
    const facts = only(await ask<SaleFacts>(readSale, [order.id, order.user_id, effectKey]), 'it has no seller');
    if (!facts.ready) throw new OffTheRoad('its sale is booked, or cannot be booked yet');
    const booking = bookingOf(surroundings, bought, facts);
    const legs = await ask<{ id: string }>(bookSale, booking.values);
    if (legs.length !== booking.legs.length) throw new OffTheRoad('its claim is lost');
    return booking.legs;
  });
}

function bookingOf({ config, box }: Surroundings, bought: Bought, facts: SaleFacts) {
  const { order, custody, price, maxCost } = bought;
  const parked = (account: string) => money(BigInt(facts.parked[account] ?? 0), platformCurrency);
  const collectedTax = parked('tax:collected');
  const gross = negate(add(parked('buyer-payments'), collectedTax));
  const fees = { marketplaceFee: parked('fees:marketplace'), paymentFee: parked('fees:payment') };
  const supplierCost = parked('supplier-purchases');
  const profit = profitOf({ salePrice: gross, ...fees, supplierCost }, facts.percent);
  const expected = feesAt(expectedFees('paypal', gross, unitRate), unitRate);
  const worst = profitOf({ salePrice: gross, ...expected, supplierCost: maxCost }, facts.percent);
  const owed = (account: string) => money(BigInt(facts.owed?.[account] ?? 0), platformCurrency);
  const shares = legsOf(custody, { ...profit, supplierCost }, { admin: owed('admin'), reseller: owed('reseller') });
  const [saleId, reseller, admin] = [randomUUID() as SaleId, order.user_id as UserId, facts.admin_id as UserId];
  const postings = saleBooked({ custody, reseller, admin, gross, fees, collectedTax, supplierCost, profit });
  const legs: Leg[] = [
    { id: randomUUID(), beneficiary: 'admin', holder: admin, amount: shares.admin, receiver: config.adminPayoutEmail },
    {
      id: randomUUID(),
      beneficiary: 'reseller',
      holder: reseller,
      amount: shares.reseller,
      receiver: facts.payout_receiver ?? facts.email,
    },
  ];
  if ((facts.payout_provider ?? config.payoutProvider) !== 'paypal' || price.currency !== platformCurrency)
    throw new OffTheRoad('it is paid out by another way');
  const due = legs.filter(({ amount }) => amount.amountMinor > 0n);
  const line = sealedLine(box, order.id, 'noted', sentenceOf(profit), {
    sale: saleId,
    setOff: formatMoney(shares.setOff),
  });
  const amounts = [
    ...[gross, supplierCost, fees.marketplaceFee, fees.paymentFee],
    ...[profit.grossProfit, profit.netProfit, worst.grossProfit, shares.setOff],
  ].map(({ amountMinor }) => amountMinor);
  const values = [
    ...[order.id, order.fence, config.trackingPollMs, saleId, ...amounts],
    ...[facts.percent, profit.commission.amountMinor, admin, ledgerEvent.saleBooked(saleId)],
    ...[...arraysOf(postings), ...line],
    ...[due.map(({ id }) => id), due.map(({ beneficiary }) => beneficiary), due.map(({ holder }) => holder)],
    ...[due.map(({ amount }) => amount.amountMinor), due.map(({ receiver }) => receiver)],
  ];
  return { legs: due, values };
}

const sentenceOf = ({ grossProfit, commission }: Profit): string =>
  `sale booked: profit ${formatMoney(grossProfit)}, commission ${formatMoney(commission)}`;
