import type { ProviderRule } from '../../../store/books/provider-rules.ts';
import type { Seller, Stage } from '../../support/stage.ts';
import { buyerWins, dispute } from '../events/paypal-news.ts';
import { changeOrder } from '../workbench.ts';

/** An order of its own that was bought and paid out, and a way past our own code. */
export type Plot = {
  readonly stage: Stage;
  readonly orderId: string;
  /** Sales that were imported from its seller's shops, by the marketplace's number and ours. */
  readonly sales: Readonly<Record<'ebay' | 'mercadolibre', { readonly number: string; readonly id: string }>>;
  readonly seller: Seller;
  readonly sql: (text: string, values?: unknown[]) => Promise<unknown>;
};

const captureOf = async ({ stage, orderId }: Plot): Promise<string> =>
  (await stage.effects('capture')).find(({ detail }) => detail.customId === orderId)?.reference ?? '';

/** What is done so that one provider says otherwise than we do: each rule has one, and adds its own. */
export const plants: Readonly<Record<ProviderRule, (plot: Plot) => Promise<unknown>>> = {
  'PayPal has captured what we booked': ({ sql, orderId }) =>
    sql('update payments set amount_minor = amount_minor + 1 where order_id = ?', [orderId]),
  'PayPal has kept the fee that we booked': ({ sql, orderId }) =>
    sql('update payments set fee_minor = fee_minor + 1 where order_id = ?', [orderId]),
  'PayPal has given back what we booked': async plot =>
    plot.stage.control('refund', { captureId: await captureOf(plot), amountMinor: '500' }),
  'each capture at PayPal is a payment here': ({ sql, orderId }) =>
    sql('delete from payments where order_id = ?', [orderId]),
  'PayPal has taken what we booked for a dispute': async plot => {
    await dispute(plot.stage, await captureOf(plot), buyerWins);
    return plot.sql('update disputes set fee_minor = fee_minor - 100 where order_id = ?', [plot.orderId]);
  },
  'the supplier has charged what we booked': ({ sql, orderId }) =>
    sql('update supplier_orders set cost_minor = cost_minor + 1 where order_id = ?', [orderId]),
  'the supplier has the money for an order in review that we believe it has': async ({ sql, orderId }) => {
    await sql(
      `update supplier_orders set was_paid = false, status = 'PLACED_UNPAID', cost_minor = null, cost_currency = null
       where order_id = ?`,
      [orderId],
    );
    return sql(`update orders set status = 'NEEDS_REVIEW', reason = 'SUPPLIER_ORDER_UNCLEAR' where id = ?`, [orderId]);
  },
  'the payout arrived as we booked it': ({ sql, orderId }) =>
    sql('update payout_legs set amount_minor = amount_minor + 1 where order_id = ?', [orderId]),
  'the payout cost the fee that we booked': ({ sql, orderId }) =>
    sql('update payout_legs set fee_minor = 0 where order_id = ?', [orderId]),
  'no money is out for a payout that we do not believe paid': ({ sql, orderId }) =>
    sql(`update payout_legs set status = 'FAILED' where order_id = ?`, [orderId]),
  'each sale at eBay is a payment here': ({ sql, sales }) =>
    sql('delete from payments where order_id = ?', [sales.ebay.id]),
  'eBay has credited what we booked': ({ sql, sales }) =>
    sql('update payments set amount_minor = amount_minor + 1 where order_id = ?', [sales.ebay.id]),
  'eBay has kept the fee that we booked': ({ sql, sales }) =>
    sql('update payments set fee_minor = fee_minor + 1 where order_id = ?', [sales.ebay.id]),
  'eBay has given back what we booked': ({ stage, sales }) =>
    changeOrder(stage, 'ebay', sales.ebay.number, { refunds: [{ amountMinor: '500' }] }),
  'what eBay pays out reaches the bank': ({ stage, seller }) =>
    stage.control('ebay-payouts', {
      accountId: seller.ebay.accountId,
      amountMinor: '2599',
      status: 'RETRYABLE_FAILED',
    }),
  'each payment at MercadoLibre is a payment here': ({ sql, sales }) =>
    sql('delete from payments where order_id = ?', [sales.mercadolibre.id]),
  'MercadoLibre has collected what we booked': ({ sql, sales }) =>
    sql('update payments set amount_minor = amount_minor + 1 where order_id = ?', [sales.mercadolibre.id]),
  'MercadoLibre has kept the fee that we booked': ({ sql, sales }) =>
    sql('update payments set fee_minor = fee_minor + 1 where order_id = ?', [sales.mercadolibre.id]),
  'MercadoLibre has given back what we booked': ({ stage, sales }) =>
    changeOrder(stage, 'mercadolibre', sales.mercadolibre.number, { refundedMinor: '5000' }),
  'nothing that was given up has happened after all': ({ sql, orderId }) =>
    sql(
      `update effects set status = 'DISPROVEN', last_code = 'DECIDED_BY_PERSON'
       where purpose = 'pay' and subject in (select id from payout_legs where order_id = ?)`,
      [orderId],
    ),
};
