import { platformCurrency } from '../../domain/fees.ts';
import { currencies } from '../../domain/money.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import type { FxRate } from '../../store/entities/money.ts';
import { page, type Viewer } from './layout.ts';
import { card, type Row, table } from './parts.ts';
import { age, moment } from './time.ts';

type Rates = { readonly used: readonly FxRate[]; readonly held: readonly FxRate[] };

/** The exchange rates in use, and those that jumped and wait for an admin to confirm them. */
export const ratesPage = (viewer: Viewer, { used, held }: Rates, now: Date): string =>
  page(
    viewer,
    { title: 'Exchange rates', here: '/rates' },
    html`
    <h1>Exchange rates</h1>
    <p class="lead">Only a fresh rate is used. One that jumped far from the one before waits until an admin confirms it:
      orders that need it wait with it, and go on by themselves afterwards.</p>
    ${held.length > 0 && card('To be confirmed', rateTable(held, now, confirmButton, ''), 'newest first')}
    ${card(
      'Used',
      rateTable(used, now, () => html``, 'No rate is stored yet.'),
      'the newest of each pair',
    )}
    ${card('Enter a rate', enterForm)}`,
  );

const rateTable = (rates: readonly FxRate[], now: Date, button: (rate: FxRate) => Html, empty: string): Html =>
  table(
    ['Pair', { text: 'Rate', numeric: true }, 'Source', 'Holds since', { text: 'Age', numeric: true }, ''],
    rates.map(
      (rate): Row => ({
        cells: [
          html`1 ${rate.base} in ${rate.quote}`,
          rate.rate,
          rate.source,
          moment(rate.asOf),
          age(rate.asOf, now),
          button(rate),
        ],
      }),
    ),
    empty,
  );

const confirmButton = ({ id }: FxRate): Html =>
  html`<form method="post" action="/rates/${String(id)}/confirm"><button>Confirm</button></form>`;

const currencyField = (name: string, label: string): Html => html`<label>${label}
  <select name="${name}" required><option value="">currency</option>${currencies.map(
    currency => html`<option>${currency}</option>`,
  )}</select></label>`;

const enterForm = html`<section class="decision"><form method="post" action="/rates">
  <div class="fields">
    <input type="hidden" name="base" value="${platformCurrency}">
    <label>One ${platformCurrency} is worth <input name="rate" inputmode="decimal" pattern="\\d{1,12}(\\.\\d{1,8})?" required placeholder="950.25"></label>
    ${currencyField('quote', 'of')}
  </div>
  <button>Enter the rate</button>
</form></section>`;
