import Table from 'cli-table3';
import { type Currency, formatMoney, money } from '../domain/money.ts';
import { ledgerTotals } from '../store/ledger.ts';
import type { Store } from '../store/open.ts';
import type { Ending, Scenario } from './scenario.ts';
import { hasEnded, orderOf } from './sight.ts';

export type Played = { readonly scenario: Scenario; readonly ending: Ending };

type Split = {
  price: string;
  currency: Currency;
  supplier: string;
  fees: string;
  admin: string;
  reseller: string;
  setOff: string;
};

/** Who got how much of one order: what was paid out, not what was planned. */
async function splitOf(store: Store, orderId: string): Promise<Split | undefined> {
  const [row] = await store.read(em =>
    em.execute<Split[]>(
      `select s.sale_price_minor::text as price, s.currency, s.supplier_cost_minor::text as supplier,
         (s.marketplace_fee_minor + s.payment_fee_minor)::text as fees, s.set_off_minor::text as "setOff",
         coalesce((select sum(amount_minor) from payout_legs l where l.sale_id = s.id and beneficiary = 'admin' and status = 'PAID'), 0)::text as admin,
         coalesce((select sum(amount_minor) from payout_legs l where l.sale_id = s.id and beneficiary = 'reseller' and status = 'PAID'), 0)::text as reseller
       from sales s where s.order_id = ?`,
      [orderId],
    ),
  );
  return row;
}

/** Per order who got how many cents, and the ledger's sum per currency. */
export async function printReceipt(store: Store, played: readonly Played[], out: NodeJS.WritableStream): Promise<void> {
  const table = new Table({
    head: ['scenario', 'order', 'price', 'supplier', 'fees', 'platform got', 'reseller got', 'ended'],
    style: { head: ['cyan'], compact: true },
  });
  for (const { scenario, ending } of played) {
    const seen = await orderOf(store, ending.order);
    const split = seen && (await splitOf(store, seen.id));
    const amount = (minor: string) => (split ? formatMoney(money(BigInt(minor), split.currency)) : '');
    const setOff = split && split.setOff !== '0' ? ` (${amount(split.setOff)} set off)` : '';
    table.push([
      scenario.name,
      seen?.id.slice(0, 8) ?? 'missing',
      ...(split
        ? [
            amount(split.price),
            amount(split.supplier),
            amount(split.fees),
            amount(split.admin),
            amount(split.reseller) + setOff,
          ]
        : ['', '', '', '', '']),
      `${hasEnded(seen, ending) ? '✓' : '✗'} ${seen?.settled ? 'settled' : (seen?.reason ?? seen?.waitReason ?? seen?.status ?? '')}`,
    ]);
  }
  out.write(`\n${table.toString()}\n`);
  const totals = await store.read(em => ledgerTotals(em));
  out.write(`ledger: ${totals.map(total => `sum of ${total.currency} = ${formatMoney(total)}`).join(', ')}\n`);
}
