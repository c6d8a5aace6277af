import { platformCurrency } from '../../domain/fees.ts';
import type { Currency } from '../../domain/money.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import { legAmount } from '../../store/payouts/legs.ts';
import type { Choices } from '../../transactions/decision-refused.ts';
import type { OrderDecisionName, PayoutDecisionName } from '../../transactions/decisions/decision-schemas.ts';
import type { LegWithChoices, OrderFile } from '../order-file.ts';
import { amount, card } from './parts.ts';

/** A field of a decision; an amount is in `currency`. */
type Field =
  | { readonly name: string; readonly label: string; readonly kind: 'numbers' | 'reference' }
  | {
      readonly name: string;
      readonly label: string;
      readonly kind: 'amount';
      readonly currency: Currency;
      readonly several?: true;
    };
type Choice = { readonly text: string; readonly fields?: readonly Field[] };

const numbers: Field = { name: 'supplierOrders', label: 'Supplier order numbers', kind: 'numbers' };
const reference: Field = { name: 'reference', label: 'Reference', kind: 'reference' };
const money = (name: string, label: string, currency: Currency = platformCurrency) =>
  ({
    name,
    label,
    kind: 'amount',
    currency,
  }) as const;

const orderDecisions = (saleCurrency: Currency): Readonly<Record<OrderDecisionName, Choice>> => ({
  'go-on': { text: 'The goods are ordered: track them, whatever stopped the order.' },
  delivered: { text: 'The buyer has the goods: stop tracking them.' },
  bought: { text: 'The supplier has the order, under these numbers: track it.', fields: [numbers] },
  'bought-for': {
    text: 'The supplier has the order, and we cannot read it there: use the amounts that I enter.',
    fields: [numbers, { ...money('costs', 'Paid for each number, in the same order'), several: true }],
  },
  supplied: {
    text: 'The buyer has the goods by other means: order nothing.',
    fields: [money('cost', 'What the goods cost the party that pays the supplier; 0 if nothing')],
  },
  'buy-again': { text: 'Nothing was bought: check everything again, and buy.' },
  'not-coming': {
    text: 'The ordered goods will not arrive: undo the purchase.',
    fields: [money('returned', 'Came back from the supplier'), money('lost', 'Lost')],
  },
  'supplier-refunded': {
    text: 'The supplier has refunded what it cancelled.',
    fields: [money('returned', 'Came back'), money('lost', 'Will not come back')],
  },
  'marketplace-refunded': {
    text: 'The marketplace refunded the buyer: I have looked there how much.',
    fields: [money('amount', 'Refunded for this order in total; 0 if it was for another line', saleCurrency)],
  },
  'refund-again': { text: 'The refund that was sent did not arrive: send another one.' },
  refunded: {
    text: 'The buyer was refunded outside the sale’s own channel; a refund of ours that is in doubt did not arrive.',
    fields: [money('amount', 'Refunded', saleCurrency), reference],
  },
  fail: { text: 'Nothing was bought, and nothing will be: fail the order, and refund it as its reseller has chosen.' },
});

const legDecisions: Readonly<Record<PayoutDecisionName, Choice>> = {
  paid: { text: 'The provider has the payout, under this reference: read it there.', fields: [reference] },
  'not-paid': { text: 'The payout certainly did not happen: pay it again.' },
  'pay-again': { text: 'It did not arrive: ask the provider once more, and pay it again.' },
  'paid-elsewhere': {
    text: 'The receiver has the money, or a part of it, by other means.',
    fields: [money('amount', 'Paid'), reference],
  },
};

/** The decisions that an operator may take about an order and its payouts: exactly those that the facts allow. */
export const decisions = (file: OrderFile): Html | undefined => {
  const { order, orderChoices, payoutChoices } = file;
  const forms = [
    choicesOf('The order', `/orders/${order.id}/decide`, orderDecisions(order.saleCurrency), orderChoices),
    ...payoutChoices.map(legForms),
  ].filter(form => form !== undefined);
  if (forms.length === 0) return undefined;
  return card('Decide', html`${forms}`, 'what you have seen at the provider; recorded in the timeline');
};

const legForms = ({ leg, choices }: LegWithChoices): Html | undefined =>
  choicesOf(
    html`The payout of ${amount(legAmount(leg))} to the ${leg.beneficiary}`,
    `/legs/${leg.id}/decide`,
    legDecisions,
    choices,
  );

function choicesOf<Name extends string>(
  title: Html | string,
  action: string,
  texts: Readonly<Record<Name, Choice>>,
  choices: Choices<Name>,
): Html | undefined {
  const allowed = (Object.keys(texts) as Name[]).filter(name => choices[name] === null);
  if (allowed.length === 0) return undefined;
  return html`<section class="decision"><h3>${title}</h3>${allowed.map(name => form(action, name, texts[name]))}</section>`;
}

const form = (action: string, name: string, { text, fields = [] }: Choice): Html =>
  html`<details><summary>${text}</summary>
    <form method="post" action="${action}">
      <input type="hidden" name="decision" value="${name}">
      ${fields.map(input)}
      <label>Why <input name="why" minlength="3" maxlength="500" required placeholder="what you have seen, and where"></label>
      <button>Decide</button>
    </form>
  </details>`;

function input(field: Field): Html {
  switch (field.kind) {
    case 'numbers':
      return html`<label>${field.label} <input name="${field.name}" inputmode="numeric" maxlength="500" required></label>`;
    case 'reference':
      return html`<label>${field.label} <input name="${field.name}" minlength="3" maxlength="64" required></label>`;
    case 'amount':
      return html`<label>${field.label}, ${field.currency}
        <input name="${field.name}" inputmode="decimal" ${!field.several && html`pattern="\\d{1,9}(\\.\\d{1,3})?"`} required>
        <input type="hidden" name="${field.name}Currency" value="${field.currency}"></label>`;
  }
}
