import { PermissionRefused } from '../../domain/call-outcome.ts';
import { dayMs } from '../../domain/durations.ts';
import { add, formatMoney, type Money, sum } from '../../domain/money.ts';
import {
  type FinancesPage,
  type FinancesPayout,
  type FinancesTransaction,
  financesScope,
} from '../../providers/ebay/finances.ts';
import type { UserToken } from '../../providers/gate/checked-call.ts';
import type { Finding } from '../../store/books/book-findings.ts';
import { bookedSales } from '../../store/books/marketplace-sales.ts';
import type { ProviderRule } from '../../store/books/provider-rules.ts';
import type { Credential } from '../../store/entities/people.ts';
import { withToken } from '../connections/fresh-token.ts';
import type { Context } from '../context/context.ts';
import { overAccounts } from './accounts.ts';
import { difference, type Matter, settledBy, Uncheckable } from './check-stage.ts';
import { compareSale, missingAtMarketplace, type ReportedSale, type SaleRules } from './marketplace-books.ts';

const rules: SaleRules = {
  known: 'each sale at eBay is a payment here',
  credited: 'eBay has credited what we booked',
  fee: 'eBay has kept the fee that we booked',
  back: 'eBay has given back what we booked',
};
const payoutRule: ProviderRule = 'what eBay pays out reaches the bank';

/** eBay's finances cover 90 days in one question; one day is left for clocks that differ. */
const readMs = 89 * dayMs;
/** eBay does not document how late its finances are; we allow one day. */
const lagMs = dayMs;

/** Compares each seller's finances at eBay with the sales booked here. */
export const ebayFinances = overAccounts('ebay finances', 'ebay', rules.credited, async (ctx, credential, asked) => {
  assertScope(credential);
  const range = { from: new Date(ctx.now().getTime() - readMs), to: ctx.now() };
  const { items, calls, unread } = await everyPage(
    ctx,
    credential,
    token => offset => ctx.providers.ebay.listFinances(token, { ...range, offset }, { signal: ctx.signal }),
  );
  const settled = settledBy(ctx, asked, lagMs);
  const sales = salesOf(items);
  // A sale from before the account was connected may be missing here. A sale booked here must be listed, however old.
  const judged = sales.filter(({ soldAt }) => soldAt >= credential.createdAt && soldAt <= settled);
  const listed = new Set(sales.map(({ orderId }) => orderId));
  const booked = await ctx.store.read(em =>
    bookedSales(
      em,
      credential.id,
      judged.map(({ orderId }) => orderId),
    ),
  );
  return {
    asked: calls,
    findings: [
      ...unreadOf({ rule: rules.credited, subject: '', about: credential.id }, unread),
      ...judged.flatMap(sale => compareSale(rules, sale, booked.get(sale.orderId))),
      ...(await missingAtMarketplace(ctx, credential, rules.credited, { ...range, to: settled, listed })),
    ],
  };
});

/** Payouts that eBay could not make, or has reversed. */
export const ebayPayouts = overAccounts('ebay payouts', 'ebay', payoutRule, async (ctx, credential) => {
  assertScope(credential);
  const range = { from: new Date(ctx.now().getTime() - readMs), to: ctx.now() };
  const { items, calls, unread } = await everyPage(
    ctx,
    credential,
    token => offset => ctx.providers.ebay.listPayouts(token, { ...range, offset }, { signal: ctx.signal }),
  );
  const failed = items.filter(({ status }) => !['INITIATED', 'SUCCEEDED'].includes(status));
  return {
    asked: calls,
    findings: [
      ...unreadOf({ rule: payoutRule, subject: '', about: credential.id }, unread),
      ...failed.map(({ id, status, amount }: FinancesPayout) =>
        difference(
          { rule: payoutRule, subject: '', about: id },
          `the payout ${id} of ${formatMoney(amount)} to ${credential.accountName} is ${status}`,
        ),
      ),
    ],
  };
});

function assertScope({ scopes, accountName }: Credential): void {
  if (!scopes.split(' ').includes(financesScope)) throw withoutScope(accountName);
}

const withoutScope = (accountName: string): Uncheckable =>
  new Uncheckable(
    `the eBay account ${accountName} has not granted us its finances: its owner is asked when it is connected again`,
  );

/** Reads all pages. @throws Uncheckable where the seller has not granted us the finances scope */
async function everyPage<Item>(
  ctx: Context,
  credential: Credential,
  readWith: (token: UserToken) => (offset: number) => Promise<FinancesPage<Item>>,
): Promise<{ items: Item[]; unread: number; calls: number }> {
  const items: Item[] = [];
  let [unread, calls, offset] = [0, 0, 0];
  for (let total = 1; offset < total; ) {
    const page: FinancesPage<Item> = await withToken(ctx, credential, token => readWith(token)(offset)).catch(
      (error: unknown) => {
        throw error instanceof PermissionRefused ? withoutScope(credential.accountName) : error;
      },
    );
    for (const listed of page.items) if ('read' in listed) items.push(listed.read);
    unread += page.items.filter(listed => 'unread' in listed).length;
    calls += 1;
    total = page.items.length === 0 ? 0 : page.total;
    offset += page.items.length;
  }
  return { items, unread, calls };
}

const unreadOf = (of: Matter, count: number): Finding[] =>
  count === 0 ? [] : [{ ...of, kind: 'unread', detail: `eBay lists ${count} movements in a form that cannot be read` }];

/** eBay lists amounts net of fees. Adds the fees, so that `gross` and `back` are what the buyer paid and got back. */
function salesOf(transactions: readonly FinancesTransaction[]): ReportedSale[] {
  const ofOrder = Map.groupBy(
    transactions.filter(({ orderId }) => orderId),
    ({ orderId }) => orderId ?? '',
  );
  const gross = ({ amount, fee }: FinancesTransaction): Money =>
    fee && fee.currency === amount.currency ? add(amount, fee) : amount;
  return [...ofOrder].flatMap(([orderId, all]) => {
    const sale = all.find(({ type }) => type === 'SALE');
    if (!sale) return [];
    const refunds = all.filter(({ type, amount }) => type === 'REFUND' && amount.currency === sale.amount.currency);
    const back = sum(refunds.map(gross), sale.amount.currency);
    return [{ orderId, soldAt: sale.at, gross: gross(sale), fee: sale.fee, back }];
  });
}
