import { platformCurrency } from '../../domain/fees.ts';
import { money } from '../../domain/money.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import type { Contradiction } from '../../store/contradictions.ts';
import { amount, badge, card, code } from './parts.ts';

/** Calls that were given up and happened after all: what the provider shows, and the form for the amount that left. */
export const contradictionCard = (found: readonly Contradiction[]): Html | undefined =>
  found.length === 0
    ? undefined
    : card(
        'Happened after all',
        html`${found.map(one => (one.settled ? settled(one) : settleForm(one)))}`,
        'given up as not happened, and its provider shows it: no money of the order moves before a person enters what left',
      );

const named = ({ purpose, key, generation, evidence }: Contradiction): Html =>
  html`${purpose}, generation ${generation}: ${code(key)} <small class="soft">${JSON.stringify(evidence)}</small>`;

const settled = (one: Contradiction): Html =>
  html`<p>${badge('settled', 'good')} ${named(one)}: ${amount(money(one.bookedMinor, platformCurrency))} left</p>`;

const settleForm = (one: Contradiction): Html =>
  html`<form class="decision" method="post" action="/contradictions/${one.id}/settle">
    <fieldset>
      <legend>${named(one)}</legend>
      <label>What left under it, ${platformCurrency}
        <input name="amount" inputmode="decimal" maxlength="20" required placeholder="0.00 if nothing left">
        <input type="hidden" name="amountCurrency" value="${platformCurrency}"></label>
      <label>Why <input name="why" minlength="3" maxlength="500" required placeholder="what you have seen, and where"></label>
      <button>Enter</button>
    </fieldset>
  </form>`;
