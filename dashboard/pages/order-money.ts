import { divideRounded, type Money, money } from '../../domain/money.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import type { PayoutLeg } from '../../store/entities/money.ts';
import type { Entry } from '../../store/operations/order-books.ts';
import { salePrice } from '../../store/orders/orders.ts';
import { legAmount } from '../../store/payouts/legs.ts';
import type { OrderFile } from '../order-file.ts';
import { amount, badge, code, facts, none, reasonText, table } from './parts.ts';
import { moment, relative } from './time.ts';

type Share = { readonly who: string; readonly what: string; readonly minor: bigint; readonly part: string };

/** How the price is shared out, to the cent, as a bar and as a table. */
export function splitOf({ sale, commission, order, reseller }: OrderFile): Html {
  if (!sale) return html`<p class="empty">The sale is booked when the goods are bought and paid.</p>`;
  const inCurrency = (minor: bigint): Money => money(minor, sale.currency);
  const commissionMinor = commission?.amountMinor ?? sale.grossProfitMinor - sale.netProfitMinor;
  const shares: readonly Share[] = [
    { who: 'supplier', what: 'goods, shipping, import tax', minor: sale.supplierCostMinor, part: 'supplier' },
    { who: order.channel, what: 'marketplace fee', minor: sale.marketplaceFeeMinor, part: 'fee' },
    { who: order.channel, what: 'payment fee', minor: sale.paymentFeeMinor, part: 'fee' },
    {
      who: 'platform',
      what: `commission, ${commission?.percent ?? '?'} % of the profit`,
      minor: commissionMinor,
      part: 'platform',
    },
    { who: reseller, what: 'net profit', minor: sale.netProfitMinor, part: 'reseller' },
  ].filter(({ minor }) => minor !== 0n);
  const original = salePrice(order);
  return html`
    ${bar(shares, sale.salePriceMinor)}
    ${table(
      ['Who', { text: 'Share', numeric: true }, { text: 'Amount', numeric: true }],
      [
        ...shares.map(({ who, what, minor, part }) => ({
          cells: [
            html`<i class="key ${part}"></i>${who} <small class="soft">${what}</small>`,
            percent(minor, sale.salePriceMinor),
            amount(inCurrency(minor)),
          ],
        })),
        { cells: [html`<b>buyer paid</b>`, '', html`<b>${amount(inCurrency(sale.salePriceMinor))}</b>`] },
      ],
      '',
      'lines',
    )}
    ${facts([
      ...(original.currency === sale.currency ? [] : ([['In the buyer’s currency', amount(original)]] as const)),
      ['Gross profit', amount(inCurrency(sale.grossProfitMinor))],
      ['Variance', amount(inCurrency(sale.grossProfitMinor - sale.expectedProfitMinor))],
      ...(sale.setOffMinor === 0n
        ? []
        : ([['Set off against earlier debts', amount(inCurrency(sale.setOffMinor))]] as const)),
      ['Booked', moment(sale.createdAt)],
    ])}`;
}

const percent = (part: bigint, whole: bigint): string =>
  whole > 0n ? `${(Number(divideRounded(part * 1_000n, whole)) / 10).toFixed(1)} %` : '';

/** An SVG, because our pages allow no style attributes. A loss is not drawn. */
function bar(shares: readonly Share[], whole: bigint): Html {
  let x = 0;
  const segments = shares
    .filter(({ minor }) => minor > 0n && whole > 0n)
    .map(({ part, minor, who }) => {
      const width = Number((minor * 100_000n) / whole) / 1_000;
      x += width;
      return html`<rect class="${part}" x="${(x - width).toFixed(3)}%" width="${width.toFixed(3)}%" height="100%"><title>${who}</title></rect>`;
    });
  return html`<svg class="split" role="img" aria-label="shares of the price">${segments}</svg>`;
}

export const legTable = (legs: readonly PayoutLeg[], now: Date): Html =>
  table(
    [
      'To',
      { text: 'Amount', numeric: true },
      'State',
      'Receiver',
      'Batch',
      { text: 'Fee', numeric: true },
      'Next check',
    ],
    legs.map(leg => ({
      cells: [
        leg.beneficiary,
        amount(legAmount(leg)),
        html`${badge(leg.status, leg.status === 'PAID' ? 'good' : undefined)} ${reasonText(leg.reason)}`,
        html`${leg.route} <span class="clip" title="${leg.receiver}">${leg.receiver}</span>`,
        code(leg.providerBatchId),
        leg.feeMinor == null ? none : amount(money(leg.feeMinor, leg.currency)),
        relative(leg.nextCheckAt, now),
      ],
    })),
    'No payouts: none is due yet, or the reseller holds the proceeds.',
  );

/** Every posting, under its transaction. */
export function ledgerTable(entries: readonly Entry[]): Html {
  if (entries.length === 0) return html`<p class="empty">Nothing is booked yet.</p>`;
  return html`<table class="lines ledger">
    <thead><tr><th>Account</th><th class="num">Debit</th><th class="num">Credit</th></tr></thead>
    ${entries.map(
      ({ at, source, event, postings }) => html`<tbody>
        <tr><th colspan="3" scope="rowgroup">${source} ${code(event)} <small>${moment(at)}</small></th></tr>
        ${postings.map(({ account, holder, amount: { amountMinor, currency } }) => {
          const side = html`<td class="num">${amount(money(amountMinor < 0n ? -amountMinor : amountMinor, currency))}</td>`;
          return html`<tr>
            <td>${account} ${holder && html`<small class="faint">${holder}</small>`}</td>
            ${amountMinor > 0n ? html`${side}<td></td>` : html`<td></td>${side}`}
          </tr>`;
        })}
      </tbody>`,
    )}
  </table>`;
}
