import { type Html, html } from '../../runtime/html.ts';
import { contradicted } from '../../store/contradictions.ts';
import { isInDoubt } from '../../store/effects.ts';
import { saidByPerson } from '../../store/effects-by-hand.ts';
import type { Effect, PayoutLeg } from '../../store/entities/money.ts';
import { leftOpen, legAmount } from '../../store/legs.ts';
import type { OrderFile } from '../order-file.ts';
import { amount, card } from './parts.ts';

type Choice = { readonly value: string; readonly text: string };

const bought = { value: 'bought', text: 'The supplier has the order, under these numbers: follow it.' };
const buyAgain = { value: 'buy-again', text: 'Nothing was bought: check everything anew, and buy it.' };
const fail = {
  value: 'fail',
  text: 'Nothing was bought, and nothing will be: it fails, and is refunded as its reseller wants.',
};
const goOn = { value: 'go-on', text: 'The goods are ordered: follow them, whatever stopped the order.' };
const paid = { value: 'paid', text: 'The provider has the payout, under this reference: read it there.' };
const notPaid = { value: 'not-paid', text: 'It certainly did not happen: pay it anew.' };

/** The decisions that an operator may take about an order or a payout in review. Only what the facts allow is offered. */
export const decisions = (file: OrderFile): Html | undefined => {
  const legs = file.legs.filter(({ status }) => status === 'NEEDS_REVIEW');
  if (file.order.status !== 'NEEDS_REVIEW' && legs.length === 0) return undefined;
  return card(
    'Decide',
    html`${file.order.status === 'NEEDS_REVIEW' && orderForm(file)}${legs.map(leg => legForm(leg, file.effects))}`,
    'what you have seen at the provider; it is written into the timeline',
  );
};

const lastOf = (effects: readonly Effect[], purpose: Effect['purpose'], subject: string): Effect | undefined =>
  effects.findLast(effect => effect.purpose === purpose && effect.subject === subject && effect.status !== 'DISPROVEN');

/** As the decision will be judged: `assertMoneyIsHere`. */
const isMoneyHere = ({ order, effects, moneyIsHere }: OrderFile): boolean =>
  order.frozenFor !== 'DISPUTE' && !lastOf(effects, 'refund', order.id) && moneyIsHere;

function orderForm(file: OrderFile): Html {
  const { effects } = file;
  const { id } = file.order;
  const buy = lastOf(effects, 'buy', id);
  const said = saidByPerson(buy ?? null);
  const doubtful = said || isInDoubt(buy ?? null);
  const choices = [
    ...(buy?.status === 'DONE' ? [goOn] : []),
    ...(doubtful ? [bought] : []),
    ...(buy?.status === 'DONE' && !said && !file.closedUnbooked
      ? []
      : [...(isMoneyHere(file) ? [buyAgain] : []), fail]),
  ];
  const numbers = html`<label>Supplier order numbers
    <input name="supplierOrders" inputmode="numeric" maxlength="500" placeholder="only where the supplier has it"></label>`;
  return form(`/orders/${id}/decide`, 'The order', choices, doubtful ? numbers : undefined);
}

function legForm(leg: PayoutLeg, effects: readonly Effect[]): Html {
  const pay = lastOf(effects, 'pay', leg.id);
  const open = pay?.status !== 'DONE' || saidByPerson(pay) || leftOpen.includes(leg.reason);
  const givenUp = leg.reason === contradicted;
  const choices = [...(pay || givenUp ? [paid] : []), ...(open ? [notPaid] : [])];
  const reference = html`<label>Reference
    <input name="reference" maxlength="64" value="${leg.providerBatchId}" placeholder="only where the provider has it"></label>`;
  const title = html`The payout of ${amount(legAmount(leg))} to the ${leg.beneficiary}`;
  return form(`/legs/${leg.id}/decide`, title, choices, pay || givenUp ? reference : undefined);
}

const form = (action: string, title: Html | string, choices: readonly Choice[], known: Html | undefined): Html =>
  html`<form class="decision" method="post" action="${action}">
    <fieldset>
      <legend>${title}</legend>
      ${choices.map(
        ({ value, text }) =>
          html`<label class="choice"><input type="radio" name="decision" value="${value}" required> ${text}</label>`,
      )}
      ${known}
      <label>Why <input name="why" minlength="3" maxlength="500" required placeholder="what you have seen, and where"></label>
      <button>Decide</button>
    </fieldset>
  </form>`;
