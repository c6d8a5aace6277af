/**
 * Sell Finances v1: what eBay has credited to a seller and taken from them, and what it has paid out to their bank. It is
 * on a host of its own, and needs a scope that its seller has consented to.
 */
import Joi from 'joi';
import { type Money, parseMoney } from '../../domain/money.ts';
import type { Call, CallOptions, UserToken } from '../gate/call.ts';
import { count, decimalText, eachOf, idText, type Listed, maybe, open, readAs } from '../wire/fields.ts';
import type { HttpAnswer } from '../wire/http.ts';

export const financesScope = 'https://api.ebay.com/oauth/api_scope/sell.finances';

/** The longest stretch that one question is about. */
export const longestFinancesMs = 90 * 86_400_000;
const transactionsPerPage = 500;
const payoutsPerPage = 200;

/** `SALE`, `REFUND`, `DISPUTE`, `CREDIT`, `SHIPPING_LABEL`, …; `amount` is what it moved, after fees. */
export type FinancesTransaction = {
  id: string;
  type: string;
  orderId?: string;
  amount: Money;
  /** What eBay kept of a sale, or gave back of that with a refund. */
  fee?: Money;
  at: Date;
};

export type FinancesPayout = { id: string; status: string; amount: Money; at?: Date };

type WireAmount = { value: string; currency: string; convertedFromValue?: string; convertedFromCurrency?: string };
/** In the currency of the sale: where eBay has converted it, as it was before. */
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

/** A page without its list would end it before its end; that there is nothing, eBay says with 204. */
const transactions = open<{ transactions: Listed<FinancesTransaction>[]; total: number }>({
  transactions: eachOf(transaction).required(),
  total: count.required(),
});
const payouts = open<{ payouts: Listed<FinancesPayout>[]; total: number }>({
  payouts: eachOf(payout).required(),
  total: count.required(),
});

export type FinancesRange = { from: Date; to: Date; offset: number };
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

  /** What happened on the seller's account in that time, which is at most 90 days. */
  async function listFinances(
    user: UserToken,
    range: FinancesRange,
    options: CallOptions = {},
  ): Promise<FinancesPage<FinancesTransaction>> {
    const asked = { filter: `transactionDate:${within(range)}`, limit: transactionsPerPage, offset: range.offset };
    const found = await page(user, 'transaction', asked, transactions, options);
    return { items: found?.transactions ?? [], total: found?.total ?? 0 };
  }

  /** What eBay has paid out to the seller's bank in that time, or could not. */
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
