/**
 * What the status of a MercadoLibre payment means for the buyer's money. `status` decides, and `status_detail` where a
 * status has two meanings.
 * https://www.mercadopago.com.ar/developers/en/docs/checkout-api-payments/response-handling/query-results
 *
 *   none       nothing has come, or nothing will
 *   received   the seller has it, less what is told as refunded
 *   contested  its buyer or their bank wants it back, and that is not decided
 *   gone       all of it went back
 *   unknown    a word that we do not know: no money, and a person's
 */
import type { Currency, Money } from '../../domain/money.ts';
import { parseMoney } from '../../domain/money.ts';
import { rowOf } from '../gate/checked-call.ts';
import type { WirePayment } from './schema.ts';

export type MercadoLibreMoneyState = 'none' | 'received' | 'contested' | 'gone' | 'unknown';

export const byStatus: Readonly<Record<string, MercadoLibreMoneyState>> = {
  pending: 'none',
  in_process: 'none',
  authorized: 'none',
  rejected: 'none',
  cancelled: 'none',
  canceled: 'none',
  approved: 'received',
  partially_refunded: 'received',
  in_mediation: 'contested',
  charged_back: 'contested',
  refunded: 'gone',
};

/** The bank that took the money back has made its final decision. */
const byDetail: Readonly<Record<string, MercadoLibreMoneyState>> = {
  'charged_back/settled': 'gone',
  'charged_back/reimbursed': 'received',
};

export const moneyStateOf = ({ status = '', status_detail: detail = '' }: WirePayment): MercadoLibreMoneyState =>
  rowOf(byDetail, `${status}/${detail}`) ?? rowOf(byStatus, status) ?? 'unknown';

export type MercadoLibrePayment = {
  standing: MercadoLibreMoneyState;
  /** In MercadoLibre's words: `charged_back (in_process)`. */
  words: string;
  amount: Money;
  /** How much of the amount was refunded. */
  refunded: Money;
};

export function toPayment(wire: WirePayment, orderCurrency: Currency): MercadoLibrePayment {
  const standing = moneyStateOf(wire);
  const { status = 'no status', status_detail: detail, currency_id: currency = orderCurrency } = wire;
  const amount = parseMoney(wire.transaction_amount ?? '0', currency);
  return {
    standing,
    words: detail ? `${status} (${detail})` : status,
    amount,
    refunded: standing === 'gone' ? amount : parseMoney(wire.transaction_amount_refunded ?? '0', currency),
  };
}
