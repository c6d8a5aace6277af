import type { Account } from '../accounts.ts';
import { toDecimal } from '../decimal.ts';
import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { sellerOf } from './access.ts';
import { accessDenied, refusal } from './refusals.ts';
import type { EbayOrder } from './state.ts';

const scope = 'https://api.ebay.com/oauth/api_scope/sell.finances';
/** A sale is on the account an hour after it was paid. */
const lagMs = 3_600_000;
const ninetyDaysMs = 90 * 86_400_000;

type Movement = { readonly at: string; readonly document: object };

/** `GET /sell/finances/v1/transaction`: by their dates, the newest first; 204 when there are none. */
export function listTransactions(world: World, call: Call): Answer {
  const seller = financesOf(world, call);
  const isWithin = rangeOf(world, call, 'transactionDate', 135008);
  const found = [...world.state.ebay.orders.values()]
    .filter(({ accountId }) => accountId === seller.accountId)
    .flatMap(movementsOf)
    .filter(({ at }) => isWithin(at) && Date.parse(at) <= world.clock.now() - lagMs)
    .toSorted((a, b) => b.at.localeCompare(a.at));
  return pageOf(call, found, 'transactions', 1_000);
}

/** `GET /sell/finances/v1/payout`, the oldest first. */
export function listPayouts(world: World, call: Call): Answer {
  const seller = financesOf(world, call);
  const isWithin = rangeOf(world, call, 'payoutDate', 135004);
  const found = world.state.ebay.payouts
    .filter(({ accountId, at }) => accountId === seller.accountId && isWithin(at))
    .map(({ payoutId, amountMinor, currency, status, at }) => ({
      at,
      document: {
        payoutId,
        payoutStatus: status,
        payoutDate: at,
        amount: { value: toDecimal(amountMinor, currency), currency },
        transactionCount: 1,
        payoutInstrument: { instrumentType: 'BANK', nickname: 'Bank', accountLastFourDigits: '0001' },
        ...(status.endsWith('_FAILED') ? { lastAttemptedPayoutDate: at } : {}),
      },
    }));
  return pageOf(call, found, 'payouts', 200);
}

/** Whoever was made by a control has consented to everything. */
function financesOf(world: World, call: Call): Account {
  const seller = sellerOf(world, call);
  if (seller.scopes.length > 0 && !seller.scopes.includes(scope)) throw accessDenied();
  return seller;
}

function rangeOf(world: World, call: Call, name: string, errorId: number): (at: string) => boolean {
  const filter = call.query.get('filter');
  if (filter === null) return at => Date.parse(at) >= world.clock.now() - ninetyDaysMs;
  const time = String.raw`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)`;
  const [, from = '', to = ''] = new RegExp(`^${name}:\\[${time}\\.\\.${time}\\]$`).exec(filter) ?? [];
  if (!from || Date.parse(to) - Date.parse(from) > ninetyDaysMs)
    throw invalid(errorId, `The value of ${name} is invalid.`);
  return at => Date.parse(at) >= Date.parse(from) && Date.parse(at) <= Date.parse(to);
}

function pageOf(call: Call, found: readonly Movement[], name: string, most: number): Answer {
  const [limit, offset] = [wholeNumber(call, 'limit', 20), wholeNumber(call, 'offset', 0)];
  if (limit > most || limit === 0) throw invalid(135003, 'The value of pagination is invalid.');
  if (found.length === 0) return { status: 204 };
  const href = `https://apiz.ebay.com/ebay${call.path}`;
  const shown = found.slice(offset, offset + limit).map(({ document }) => document);
  const next = found.length > offset + limit ? { next: `${href}?limit=${limit}&offset=${offset + limit}` } : {};
  return { status: 200, body: { href, limit, offset, total: found.length, ...next, [name]: shown } };
}

function wholeNumber({ query }: Call, name: string, fallback: number): number {
  const text = query.get(name) ?? String(fallback);
  if (!/^\d{1,6}$/.test(text)) throw invalid(135003, 'The value of pagination is invalid.');
  return Number(text);
}

const invalid = (errorId: number, message: string) => refusal(400, errorId, message, 'API_FINANCES');

/** A sale is credited after fees; with a refund eBay gives back its share of them. What was cancelled went back as a whole. */
function movementsOf(order: EbayOrder): Movement[] {
  const { orderId, currency, createdAt, modifiedAt, marketplaceFeeMinor: fee, paymentStatus, lines, refunds } = order;
  if (['PENDING', 'FAILED'].includes(paymentStatus)) return [];
  const total = lines.reduce((sum, line) => sum + line.totalMinor, 0n);
  const tax = lines.reduce((sum, line) => sum + line.collectedTaxMinor, 0n);
  const feeCurrency = order.marketplaceFeeCurrency ?? currency;
  const money = (minor: bigint, unit = currency) => ({ value: toDecimal(minor, unit), currency: unit });
  // A fee in another currency is taken from another balance.
  const net = (gross: bigint, kept: bigint): bigint => (feeCurrency === currency ? gross - kept : gross);
  const movement = (id: string, type: 'SALE' | 'REFUND', at: string, gross: bigint, kept: bigint): Movement => ({
    at,
    document: {
      transactionId: id,
      orderId,
      transactionType: type,
      transactionStatus: 'FUNDS_AVAILABLE_FOR_PAYOUT',
      transactionDate: at,
      bookingEntry: type === 'SALE' ? 'CREDIT' : 'DEBIT',
      amount: money(net(gross, kept)),
      totalFeeBasisAmount: money(type === 'SALE' ? gross + tax : gross),
      totalFeeAmount: money(kept, feeCurrency),
      buyer: { username: order.buyer },
      salesRecordReference: '0',
    },
  });
  const back = refunds.filter(({ status }) => status === 'REFUNDED');
  const told = back.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const whole = paymentStatus === 'FULLY_REFUNDED' || order.cancelState === 'CANCELED';
  const rest = whole ? total - told : 0n;
  const share = (minor: bigint): bigint => (total === 0n ? 0n : (minor * fee) / total);
  return [
    movement(orderId, 'SALE', createdAt, total, fee),
    ...back.map(({ refundId, amountMinor, date }) =>
      movement(refundId, 'REFUND', date, amountMinor, share(amountMinor)),
    ),
    ...(rest > 0n ? [movement(`${orderId}-back`, 'REFUND', modifiedAt, rest, share(rest))] : []),
  ];
}
