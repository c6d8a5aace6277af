import Table from 'cli-table3';
import { type Currency, formatMoney, type Money, money } from '../domain/money.ts';
import type { Store } from '../store/database/open.ts';
import { ledgerTotals } from '../store/money/ledger.ts';
import type { Seen } from './sight.ts';
import type { Outcome } from './verdict.ts';

type Split = {
  orderId: string;
  price: string;
  currency: Currency;
  supplier: string;
  fees: string;
  admin: string;
  reseller: string;
  setOff: string;
};

/** The books: per order who got how much (paid out, not planned), and the ledger's sum per currency. */
export type Books = { readonly splits: ReadonlyMap<string, Split>; readonly totals: readonly Money[] };

const splitsQuery = `
  select s.order_id as "orderId", s.sale_price_minor::text as price, s.currency, s.supplier_cost_minor::text as supplier,
    (s.marketplace_fee_minor + s.payment_fee_minor)::text as fees, s.set_off_minor::text as "setOff",
    coalesce((select sum(amount_minor) from payout_legs l where l.sale_id = s.id and beneficiary = 'admin' and status = 'PAID'), 0)::text as admin,
    coalesce((select sum(amount_minor) from payout_legs l where l.sale_id = s.id and beneficiary = 'reseller' and status = 'PAID'), 0)::text as reseller
  from sales s where s.voided_at is null`;

export async function readBooks(store: Store): Promise<Books> {
  const splits = await store.read(em => em.execute<Split[]>(splitsQuery));
  return {
    splits: new Map(splits.map(split => [split.orderId, split])),
    totals: await store.read(em => ledgerTotals(em)),
  };
}

const columns = ['scenario', 'order', 'price', 'supplier', 'fees', 'platform got', 'reseller got', 'ended'];
/** The width of the lines below a scenario that failed. */
const lineWidth = 110;

/** A row for each order and, where a scenario failed, why, with the line of the log that tells most about it. */
export function receipt(outcomes: readonly Outcome[], { splits, totals }: Books): string {
  const table = new Table({ head: columns, style: { head: ['cyan'], compact: true } });
  for (const { scenario, orders, failed } of outcomes) {
    const rows = orders.length > 0 ? orders : [{ seen: undefined, isGood: false }];
    for (const { seen, isGood } of rows)
      table.push([scenario.name, ...cellsOf(seen, splits), `${isGood ? '✓' : '✗'} ${stateOf(seen)}`]);
    if (failed)
      table.push(below(`failed: ${failed.reason}`), below(`log: ${failed.log ?? 'nothing has gone wrong there'}`));
  }
  const sums = totals.map(total => `sum of ${total.currency} = ${formatMoney(total)}`);
  return `${table.toString()}\nledger: ${sums.join(', ')}`;
}

const stateOf = (seen: Seen | undefined): string =>
  seen?.settled ? 'settled' : (seen?.reason ?? seen?.waitReason ?? seen?.status ?? 'no order');

function cellsOf(seen: Seen | undefined, splits: Books['splits']): string[] {
  const split = seen && splits.get(seen.id);
  const id = seen?.id.slice(0, 8) ?? 'missing';
  if (!split) return [id, '', '', '', '', ''];
  const amount = (minor: string) => formatMoney(money(BigInt(minor), split.currency));
  const setOff = split.setOff === '0' ? '' : ` (${amount(split.setOff)} set off)`;
  const paid = [split.price, split.supplier, split.fees, split.admin].map(amount);
  return [id, ...paid, amount(split.reseller) + setOff];
}

/** A row of one cell, broken into lines. */
function below(text: string) {
  const lines = text.match(new RegExp(`.{1,${lineWidth}}(\\s|$)|.{1,${lineWidth}}`, 'g')) ?? [];
  return [{ colSpan: columns.length, content: lines.map(line => `  ${line.trimEnd()}`).join('\n') }];
}
