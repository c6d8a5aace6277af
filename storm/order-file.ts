import type { Address } from '../domain/address.ts';
import type { OrderState } from '../domain/order.ts';
import type { LegState } from '../domain/payout-leg.ts';
import { openAddress } from '../store/database/buyer-address.ts';
import type { Store } from '../store/database/open.ts';

/** What our own database has about one order. */
export type OrderFile = {
  readonly id: string;
  readonly channel: string;
  readonly externalOrderId: string | null;
  /** A text in the buyer's address; the supplier's books name an order from the website by it. */
  readonly mark: string | null;
  readonly status: OrderState;
  readonly waitReason: string | null;
  readonly reason: string | null;
  readonly payments: readonly { reference: string; status: string }[];
  readonly supplierOrders: readonly { number: string; status: string }[];
  readonly legs: readonly { id: string; beneficiary: string; status: LegState; reason: string | null }[];
  readonly effects: readonly {
    purpose: string;
    route: string;
    key: string;
    status: string;
    sends: number;
    subject: string;
  }[];
  /** The refunds to the buyer, in minor units. */
  readonly refunds: readonly { reference: string; amountMinor: string }[];
  /** The sums of its postings on the platform's cash accounts, in minor units, by names such as `cash:paypal USD`. */
  readonly cash: Readonly<Record<string, string>>;
};

const list = (columns: string, from: string) =>
  `(select coalesce(json_agg(json_build_object(${columns})), '[]') ${from})`;

const files = `
  select o.id, o.channel, o.external_order_id as "externalOrderId",
    o.ship_to as "shipTo", o.status, o.wait_reason as "waitReason", o.reason,
    ${list(`'reference', p.reference, 'status', p.status`, 'from payments p where p.order_id = o.id')} as payments,
    ${list(`'number', s.number, 'status', s.status`, 'from supplier_orders s where s.order_id = o.id')} as "supplierOrders",
    ${list(
      `'id', l.id, 'beneficiary', l.beneficiary, 'status', l.status, 'reason', l.reason`,
      'from payout_legs l where l.order_id = o.id',
    )} as legs,
    ${list(
      `'purpose', e.purpose, 'route', e.route, 'key', e.idempotency_key, 'status', e.status, 'sends', e.sends, 'subject', e.subject`,
      'from effects e where e.subject = o.id or e.subject in (select l.id from payout_legs l where l.order_id = o.id)',
    )} as effects,
    ${list(
      `'reference', r.reference, 'amountMinor', r.amount_minor::text`,
      `from refunds r where r.order_id = o.id and r.status = 'COMPLETED'`,
    )} as refunds,
    (select coalesce(json_object_agg(c.account, c.minor), '{}') from
      (select p.account || ' ' || p.currency as account, sum(p.amount_minor)::text as minor from ledger_postings p
       join ledger_transactions t on t.id = p.transaction_id
       where t.order_id = o.id and p.account in ('cash:paypal', 'cash:payoneer') group by 1) c) as cash
  from orders o`;

/** Reads all orders, the oldest first, and the lines of one sale by their line ids. */
export const readOrderFiles = (store: Store): Promise<OrderFile[]> =>
  read(store, 'order by o.created_at, o.external_line_id');

export const readOrderFile = async (store: Store, id: string): Promise<OrderFile | undefined> =>
  (await read(store, 'where o.id = ?', [id]))[0];

type Row = Omit<OrderFile, 'mark'> & { shipTo: string | Address | null };

const read = (store: Store, which: string, values: readonly unknown[] = []): Promise<OrderFile[]> =>
  store.read(async em => {
    const rows = await em.execute<Row[]>(`${files} ${which}`, [...values]);
    return rows.map(({ shipTo, ...row }) => ({
      ...row,
      mark: (shipTo && openAddress(em, row.id, shipTo).line2) ?? null,
    }));
  });
