import type { Account } from '../../domain/ledger.ts';
import type { Money } from '../../domain/money.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import type { AccountBalance } from '../../store/money/ledger.ts';
import { amount, card, table } from './parts.ts';

export type PlatformMoney = {
  readonly earnedToday: readonly Money[];
  readonly earned: readonly Money[];
  /** The accounts that belong to the platform alone. */
  readonly own: readonly AccountBalance[];
};

/** What the platform has earned, what it is owed, and what it has to convert. */
export function platformMoneyCard({ earnedToday, earned, own }: PlatformMoney): Html {
  const held = (account: Account) => own.filter(row => row.account === account).map(({ balance }) => balance);
  const lines: readonly (readonly [string, readonly Money[]])[] = [
    ['Earned today', earnedToday],
    ['Earned in all', earned],
    ['Owed by suppliers', held('supplier-refunds')],
    ['Carried in FX clearing', held('fx:clearing')],
    ['Gain or loss on conversions', held('fx:difference')],
  ];
  const rows = lines.flatMap(([what, amounts]) => amounts.map(value => ({ cells: [what, amount(value)] })));
  return card(
    'Platform',
    table(['What', { text: 'Amount', numeric: true }], rows, 'Nothing is earned yet.', 'lines'),
    html`commissions less the fees of payouts and disputes`,
  );
}
