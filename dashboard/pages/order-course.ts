import { type Money, money } from '../../domain/money.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import type { OrderEvent, Parcel, Payment, SupplierOrder } from '../../store/entities/order.ts';
import { moveOf, moveText } from '../../store/orders/timeline.ts';
import type { OrderFile } from '../order-file.ts';
import { amount, badge, code, none, reasonText, table } from './parts.ts';
import { moment, relative } from './time.ts';

const maybeAmount = (value: Money | undefined): Html => (value ? amount(value) : none);

export const paymentTable = (payments: readonly Payment[]): Html =>
  table(
    ['Reference', 'State', { text: 'Amount', numeric: true }, { text: 'Fee', numeric: true }, 'Since'],
    payments.map(
      ({ provider, reference, status, statusReason, amountMinor, feeMinor, feeEstimated, currency, createdAt }) => ({
        cells: [
          html`${provider} ${code(reference)}`,
          html`${badge(status)} ${reasonText(statusReason)}`,
          amount(money(amountMinor, currency)),
          html`${maybeAmount(feeMinor == null ? undefined : money(feeMinor, currency))} ${feeEstimated && html`<small class="soft">estimated</small>`}`,
          moment(createdAt),
        ],
      }),
    ),
    'No money has come yet.',
  );

export const supplierOrderTable = (rows: readonly SupplierOrder[], now: Date): Html =>
  table(
    ['Number', 'State', 'Supplier says', { text: 'Cost', numeric: true }, 'Pay until', 'Seen'],
    rows.map(row => ({
      cells: [
        code(row.number),
        // For a purchase, paid is the good end.
        badge(row.status, row.status === 'PAID' ? 'good' : undefined),
        html`<span class="reason">${row.rawStatus}</span>`,
        maybeAmount(row.costMinor != null && row.costCurrency ? money(row.costMinor, row.costCurrency) : undefined),
        row.status === 'PLACED_UNPAID' ? relative(row.payDeadline, now) : none,
        moment(row.updatedAt),
      ],
    })),
    'Nothing is bought yet.',
  );

export const parcelTable = (parcels: readonly Parcel[]): Html =>
  table(
    ['Number', 'Carrier', { text: 'Pieces', numeric: true }, 'Shipped', 'Last seen', 'Sale channel'],
    parcels.map(parcel => ({
      cells: [
        code(parcel.trackingNumber),
        parcel.carrier,
        String(parcel.quantity),
        moment(parcel.shippedAt),
        parcel.lastEvent ?? none,
        parcel.toldAt
          ? html`told ${moment(parcel.toldAt)}`
          : (parcel.refusedFor ?? (parcel.goneAt ? 'number changed' : 'not told yet')),
      ],
    })),
    'Nothing is on its way yet.',
  );

export function effectTable({ effects, legs, parcels, order }: OrderFile): Html {
  const subject = (id: string): string => {
    const parcel = parcels.find(known => known.id === id);
    if (parcel) return `parcel ${parcel.trackingNumber}`;
    if (id === order.id) return 'order';
    const leg = legs.find(known => known.id === id);
    return leg ? `payout to ${leg.beneficiary}` : 'payout of several orders';
  };
  return table(
    [
      'Purpose',
      'For',
      'Route',
      'Account',
      'Key',
      'Status',
      { text: 'Sends', numeric: true },
      'First sent',
      'Closed',
      'Code',
    ],
    effects.map(effect => ({
      cells: [
        effect.purpose,
        subject(effect.subject),
        html`${effect.route} <span class="faint">${effect.environment}</span>`,
        effect.account,
        code(effect.idempotencyKey),
        badge(effect.status),
        effect.sends,
        moment(effect.firstSentAt),
        moment(effect.closedAt),
        code(effect.lastCode),
      ],
    })),
    'Nothing was caused outside yet.',
  );
}

/** The text of a move says these already. */
const inText = new Set(['from', 'to', 'legFrom', 'legTo', 'beneficiary', 'reason']);

const plain = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(plain).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

const details = (detail: OrderEvent['detail']): Html[] =>
  Object.entries(detail ?? {})
    .filter(([name, value]) => !inText.has(name) && value !== null)
    .map(
      ([name, value]) =>
        html`<span class="pair"><span class="faint">${name}</span> <code>${plain(value)}</code></span>`,
    );

/** Sets off the move in `PAID → WAITING (HOLD): the buyer may cancel`. */
function sentence(event: OrderEvent): Html {
  const [{ note }, move] = [event, moveOf(event)];
  const beginning = move && moveText(move);
  return beginning && note.startsWith(beginning)
    ? html`<b>${beginning}</b>${note.slice(beginning.length)}`
    : html`${note}`;
}

/** An order's timeline, oldest first. */
export function timeline(events: readonly OrderEvent[]): Html {
  if (events.length === 0) return html`<p class="empty">Nothing has happened yet.</p>`;
  return html`<ol class="timeline">${events.map(
    event => html`<li class="${event.kind}">
      ${moment(event.at)}
      <div><p>${sentence(event)}</p>${details(event.detail)}</div>
    </li>`,
  )}</ol>`;
}
