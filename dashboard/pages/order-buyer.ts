import type { Address } from '../../domain/address.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import type { OrderFile } from '../order-file.ts';
import { reasonText } from './parts.ts';
import { moment } from './time.ts';

/** The delivery address, and whether the buyer can be erased now. */
export function buyerOf(file: OrderFile): Html {
  const { shipTo, buyerErasedAt } = file.order;
  if (buyerErasedAt) return html`<p class="empty">The buyer was erased ${moment(buyerErasedAt)}.</p>`;
  return html`${shipTo ? addressOf(shipTo) : html`<p class="empty">No address is known.</p>`}${erasing(file)}`;
}

function addressOf(address: Address): Html {
  const { fullName, company, labelReference, line1, line2, city, region, postalCode, country, phone, email } = address;
  const town = [`${postalCode} ${city}`.trim(), region].filter(Boolean).join(', ');
  const lines = [fullName, company, labelReference, line1, line2, town, country, phone, email];
  return html`<address>${lines.filter(Boolean).map(line => html`${line}<br>`)}</address>`;
}

function erasing({ order, erasureHold: held }: OrderFile): Html {
  const asked =
    order.eraseAskedAt && html`<p class="footnote">The buyer asked ${moment(order.eraseAskedAt)} to be forgotten.</p>`;
  if (held)
    return html`${asked}<p class="footnote">The buyer cannot be forgotten yet: ${reasonText(held.code)} ${held.note}${
      held.until && html`, until ${moment(held.until)}`
    }.</p>`;
  return html`${asked}<details><summary>The buyer wants to be forgotten.</summary>
    <form method="post" action="/orders/${order.id}/erase-buyer">
      <p>Name, address, contact, messages and evidence are erased, and cannot be restored.</p>
      <button>Forget the buyer</button>
    </form>
  </details>`;
}
