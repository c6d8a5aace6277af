/**
 * Sell Finances v1: what eBay has credited to a seller and taken from them, and what it has paid out to their bank. It
 * has a host of its own, and needs a scope to which the seller has consented.
 */
import Joi from 'joi';
import { type Money, parseMoney } from '../../domain/money.ts';
import type { Call, CallOptions, UserToken } from '../gate/checked-call.ts';
import { count, decimalText, eachOf, idText, type Listed, maybe, open, readAs } from '../wire/fields.ts';
import type { HttpAnswer } from '../wire/http.ts';

export const financesScope = 'https://api.ebay.com/oauth/api_scope/sell.finances';

const transactionsPerPage = 500;
const payoutsPerPage = 200;

/** `SALE`, `REFUND`, `DISPUTE`, `CREDIT`, `SHIPPING_LABEL`, …; `amount` is what it moved, after fees. */
export type FinancesTransaction = {
  id: string;
  type: string;
  orderId?: string;
  amount: Money;
  /** eBay's fee for a sale, or the part of it that eBay gave back with a refund. */
  fee?: Money;
  at: Date;
};

export type FinancesPayout = { id: string; status: string; amount: Money; at?: Date };

type WireAmount = { value: string; currency: string; convertedFromValue?: string; convertedFromCurrency?: string };
/** In the currency of the sale: the amount before eBay's conversion, if there was one. */
const amount = open<WireAmount>({
  value: decimalText.required(),
  currency: Joi.string().required(),
  convertedFromValue: maybe(decimalText),
  convertedFromCurrency: maybe(Joi.string()),
}).custom(({ value, currency, convertedFromValue, convertedFromCurrency }: WireAmount) =>
  convertedFromValue && convertedFromCurrency
    ? parseMoney(convertedFromValue, convertedFromCurrency)
    : parseMoney(value, currency),
) as unknown as Joi.Schema<Money>;

type WireTransaction = {
  transactionId: string;
  transactionType: string;
  transactionDate: Date;
  orderId?: string;
  amount: Money;
  totalFeeAmount?: Money;
};
const transaction = readAs(
  open<WireTransaction>({
    transactionId: idText.required(),
    transactionType: Joi.string().required(),
    transactionDate: Joi.date().iso().required(),
    orderId: maybe(idText),
    amount: (amount as Joi.AnySchema).required(),
    totalFeeAmount: maybe(amount as Joi.AnySchema),
  }),
  (wire): FinancesTransaction => ({
    id: wire.transactionId,
    type: wire.transactionType,
    at: wire.transactionDate,
    amount: wire.amount,
    ...(wire.orderId ? { orderId: wire.orderId } : {}),
    ...(wire.totalFeeAmount ? { fee: wire.totalFeeAmount } : {}),
  }),
);

type WirePayout = { payoutId: string; payoutStatus: string; amount: Money; payoutDate?: Date };
const payout = readAs(
  open<WirePayout>({
    payoutId: idText.required(),
    payoutStatus: Joi.string().required(),
    amount: (amount as Joi.AnySchema).required(),
    payoutDate: maybe(Joi.date().iso()),
  }),
  (wire): FinancesPayout => ({
    id: wire.payoutId,
    status: wire.payoutStatus,
    amount: wire.amount,
    ...(wire.payoutDate ? { at: wire.payoutDate } : {}),
  }),
);

/** Required, because a page without its list would look like the last one; an empty result is a 204. */
const transactions = open<{ transactions: Listed<FinancesTransaction>[]; total: number }>({
  transactions: eachOf(transaction).required(),
  total: count.required(),
});
const payouts = open<{ payouts: Listed<FinancesPayout>[]; total: number }>({
  payouts: eachOf(payout).required(),
  total: count.required(),
});

type FinancesRange = { from: Date; to: Date; offset: number };
export type FinancesPage<Item> = { items: Listed<Item>[]; total: number };

type Surroundings = {
  baseUrl: string;
  reading(options: CallOptions, details: object): Call;
  getAt(call: Call, url: string, accessToken: string): Promise<HttpAnswer>;
  accept<T>(call: Call, answer: HttpAnswer, shape: Joi.Schema<T>): T;
};

export function financesCalls({ baseUrl, reading, getAt, accept }: Surroundings) {
  async function page<Body>(
    user: UserToken,
    path: string,
    { filter, limit, offset }: { filter: string; limit: number; offset: number },
    shape: Joi.Schema<Body>,
    options: CallOptions,
  ): Promise<Body | undefined> {
    const call = reading(options, { ...user, limit: 'ebay finances', capability: 'finances' });
    const query = new URLSearchParams({ filter, limit: `${limit}`, offset: `${offset}` });
    const answer = await getAt(call, `${baseUrl}/sell/finances/v1/${path}?${query}`, user.accessToken);
    return answer.status === 204 ? undefined : accept(call, answer, shape);
  }

  const within = ({ from, to }: FinancesRange): string => `[${from.toISOString()}..${to.toISOString()}]`;

  /** The transactions of the seller's account in a period of at most 90 days. */
  async function listFinances(
    user: UserToken,
    range: FinancesRange,
    options: CallOptions = {},
  ): Promise<FinancesPage<FinancesTransaction>> {
    const asked = { filter: `transactionDate:${within(range)}`, limit: transactionsPerPage, offset: range.offset };
    const found = await page(user, 'transaction', asked, transactions, options);
    return { items: found?.transactions ?? [], total: found?.total ?? 0 };
  }

  /** eBay's payouts to the seller's bank in a period, failed ones included. */
  async function listPayouts(
    user: UserToken,
    range: FinancesRange,
    options: CallOptions = {},
  ): Promise<FinancesPage<FinancesPayout>> {
    const asked = { filter: `payoutDate:${within(range)}`, limit: payoutsPerPage, offset: range.offset };
    const found = await page(user, 'payout', asked, payouts, options);
    return { items: found?.payouts ?? [], total: found?.total ?? 0 };
  }

  return { listFinances, listPayouts };
}
