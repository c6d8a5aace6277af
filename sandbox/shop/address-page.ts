import { type Html, html } from '../../runtime/http/html.ts';
import { faultOf } from '../aliexpress/address-rules.ts';
import type { Answer, Call } from '../operation.ts';
import { button, page, redirect } from './page.ts';
import type { ShopAccount, ShopAddress } from './state.ts';

/** The names of the form's fields are those of the order API; what people see is beside them. */
const fields = [
  ['full_name', 'Contact name'],
  ['phone_country', 'Phone country code'],
  ['mobile_no', 'Mobile number'],
  ['address', 'Street, house number'],
  ['address2', 'Apartment, suite, unit'],
  ['province', 'State/Province'],
  ['city', 'City'],
  ['zip', 'ZIP code'],
  ['cpf', 'Tax number (CPF)'],
  ['passport_no', 'Identity number'],
  ['nat_addr', 'National address'],
] as const;
const required = ['full_name', 'country', 'address', 'province', 'city'];

const input = ([name, label]: (typeof fields)[number], known: ShopAddress | undefined): Html =>
  html`<label>${label} <input name="${name}" value="${known?.[name] ?? ''}"></label>`;

/** The form shows what was entered last: somebody else's address, as a rule. */
function form({ mood, shipTo }: ShopAccount, problem?: string): Answer {
  return page(
    'Shipping address',
    mood.layout,
    html`<h1>Shipping address</h1>${problem === undefined ? undefined : html`<p role="alert">${problem}</p>`}
    <form method="post" action="/shop/address">
      <label>Country/Region <input name="country" value="${shipTo?.country ?? ''}"></label>
      ${fields.map(field => input(field, shipTo))}
      ${button(mood.layout, 'Save', 'Confirm address')}
    </form>`,
  );
}

export const showAddress = (account: ShopAccount): Answer => form(account);

export function saveAddress(account: ShopAccount, call: Call): Answer {
  const given = Object.fromEntries(new URLSearchParams(call.text)) as ShopAddress;
  const missing = required.find(name => !given[name]);
  if (missing) return form(account, `Please enter: ${missing}`);
  const identity = given.passport_no ? { foreigner_passport_no: given.passport_no, is_foreigner: 'false' } : {};
  const asked = { ...given, contact_person: given.full_name ?? '', ...identity };
  const fault = faultOf(asked, given.country, given.nat_addr);
  if (fault ?? account.mood.refusesAddress)
    return form(account, `This address is not accepted. ${fault?.message ?? ''}`);
  account.shipTo = given;
  return redirect('/shop/checkout');
}
