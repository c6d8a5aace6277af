import type { Address } from '../../domain/address.ts';
import { platformCurrency } from '../../domain/fees.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import type { OrderFile } from '../order-file.ts';
import { card } from './parts.ts';

/** What an operator can do about an order besides deciding: a form for each action that is allowed now. */
export function remedies({ order, product, reseller, remedies: allowed }: OrderFile): Html | undefined {
  const at = (path: string) => `/orders/${order.id}/${path}`;
  const forms = [
    allowed.refund && refundForm(at('refund')),
    allowed.address && addressForm(at('address'), order.shipTo),
    allowed.listing && listingForm(at('listing'), allowed.listing, product?.id),
    allowed.fundingLimit && limitForm(at('funding-limit'), reseller),
  ].filter(form => form !== false && form !== null);
  return forms.length === 0 ? undefined : card('Put right', html`${forms}`, 'recorded in the audit');
}

const refundForm = (action: string): Html => html`<section class="decision">
  <h3>The buyer’s money</h3>
  <form method="post" action="${action}">
    <p>What is left of the payment goes back to the buyer, by the way it came. It cannot be undone.</p>
    <button>Refund the buyer</button>
  </form>
</section>`;

type AddressField = {
  readonly name: Exclude<keyof Address, 'labelReference' | 'regionCode'>;
  readonly label: string;
  readonly max: number;
  readonly required?: true;
};
const addressFields: readonly AddressField[] = [
  { name: 'fullName', label: 'Name', max: 128, required: true },
  { name: 'company', label: 'Company', max: 128 },
  { name: 'line1', label: 'Street and number', max: 256, required: true },
  { name: 'line2', label: 'Flat, floor, building', max: 256 },
  { name: 'postalCode', label: 'Postal code', max: 16 },
  { name: 'city', label: 'City', max: 128, required: true },
  { name: 'region', label: 'State, province or region', max: 128 },
  { name: 'phone', label: 'Telephone', max: 31 },
  { name: 'email', label: 'E-mail', max: 256 },
  { name: 'taxId', label: 'Tax number (CPF, RUT, …)', max: 32 },
];

const addressForm = (action: string, known: Address | null | undefined): Html => html`<section class="decision">
  <h3>Where the goods go</h3>
  <form method="post" action="${action}">
    <div class="fields">
      ${addressFields.map(
        ({ name, label, max, required }) =>
          html`<label>${label}
            <input name="${name}" value="${known?.[name]}" maxlength="${max}" ${required && html`required`}></label>`,
      )}
      <label>Country
        <input name="country" value="${known?.country}" pattern="[A-Z]{2}" maxlength="2" required placeholder="two letters: DE, CL, BR"></label>
    </div>
    <button>Send it there</button>
  </form>
</section>`;

type ListingRemedy = NonNullable<OrderFile['remedies']['listing']>;

function listingForm(action: string, { externalId, variationId, products }: ListingRemedy, chosen?: string): Html {
  const name = html`<code>${externalId}</code>${variationId && html`, variation <code>${variationId}</code>`}`;
  return html`<section class="decision">
  <h3>What listing ${name} sells</h3>
  ${
    products.length === 0
      ? html`<p>The reseller has no product yet, and must add it first.</p>`
      : html`<form method="post" action="${action}">
    <label>Product
      <select name="productId" required>
        <option value="">choose one of the reseller’s products</option>
        ${products.map(
          ({ id, title, supplierProductId }) =>
            html`<option value="${id}" ${id === chosen && html`selected`}>${title} (AliExpress ${supplierProductId})</option>`,
        )}
      </select></label>
    <button>It sells this</button>
  </form>`
  }
</section>`;
}

const limitForm = (action: string, reseller: string): Html => html`<section class="decision">
  <h3>What may be drawn from the account of ${reseller}</h3>
  <form method="post" action="${action}">
    <p>The total of everything ever bought from it. The order is looked at again within minutes, or when you wake it.</p>
    <label>Limit, ${platformCurrency}
      <input name="limit" inputmode="decimal" pattern="\\d{1,9}(\\.\\d{1,2})?" required>
      <input type="hidden" name="limitCurrency" value="${platformCurrency}"></label>
    <button>Set the limit</button>
  </form>
</section>`;
