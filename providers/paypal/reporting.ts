import Joi from 'joi';
import { dayMs } from '../../domain/durations.ts';
import type { Money } from '../../domain/money.ts';
import type { CallOptions } from '../gate/checked-call.ts';
import { count, eachOf, idText, type Listed, maybe, moneyField, open, readAs } from '../wire/fields.ts';
import type { Exchanges } from './exchange.ts';
import { toSeconds } from './paging.ts';

/** The longest period of one request: 31 days, less the seconds to which its ends are rounded. */
export const longestReportMs = 31 * dayMs - 2_000;
const pageSize = 200;

/** One movement on the platform's account. */
export type Transaction = {
  id: string;
  /** The kind: `T0006` is a payment at a checkout, `T0001` a payout. */
  eventCode: string;
  /** `S` is done, `P` pending, `D` denied, `V` reversed. */
  status: string;
  /** Negative where the money left. */
  amount: Money;
  /** The name given in the request: our order's id for a payment, our label for a payout. */
  customId?: string;
};

const amount = moneyField('value', 'currency_code');
type WireTransaction = {
  transaction_info: {
    transaction_id: string;
    transaction_event_code: string;
    transaction_status: string;
    transaction_amount: Money;
    custom_field?: string;
  };
};
const wireTransaction = open<WireTransaction>({
  transaction_info: open<WireTransaction['transaction_info']>({
    transaction_id: idText.required(),
    transaction_event_code: Joi.string().required(),
    transaction_status: Joi.string().required(),
    transaction_amount: amount.required(),
    custom_field: maybe(Joi.string()),
  }).required(),
});
const transaction = readAs(
  wireTransaction,
  ({ transaction_info: info }): Transaction => ({
    id: info.transaction_id,
    eventCode: info.transaction_event_code,
    status: info.transaction_status,
    amount: info.transaction_amount,
    ...(info.custom_field ? { customId: info.custom_field } : {}),
  }),
);

type WirePage = { transaction_details: Listed<Transaction>[]; total_pages: number };
/** The number of pages is required: without it a list would end too early. */
const page = open<WirePage>({
  transaction_details: eachOf(transaction).required(),
  total_pages: count.required(),
});

type Report = { from: Date; to: Date; page: number };

/** Reporting v1: transactions of at most 31 days, three years back. */
export function reportingCalls({ reading, get }: Exchanges) {
  /** Page 1 is the first; `pages`: how many there are. */
  async function listTransactions(
    { from, to, page: number }: Report,
    options: CallOptions = {},
  ): Promise<{ transactions: Listed<Transaction>[]; pages: number }> {
    const query = new URLSearchParams({
      start_date: toSeconds(from),
      // The last second is included.
      end_date: toSeconds(new Date(to.getTime() + 999)),
      fields: 'transaction_info',
      page_size: `${pageSize}`,
      page: `${number}`,
    });
    const { transaction_details, total_pages } = await get(
      reading(options),
      `/v1/reporting/transactions?${query}`,
      page,
    );
    return { transactions: transaction_details, pages: total_pages };
  }

  return { listTransactions };
}
