/** What sales have earned, by day and currency, from the ledger. The day of an entry is UTC. */
import type { UserId } from '../../domain/ids.ts';
import type { Account } from '../../domain/ledger.ts';
import { type Currency, type Money, money } from '../../domain/money.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { quoted } from '../database/quoted.ts';

/** In minor units. For each currency: sales − fees − supplierCost − commission + converted = netProfit. */
export type Figures = {
  /** What buyers paid, less refunds, without collected tax. */
  readonly sales: bigint;
  readonly marketplaceFees: bigint;
  readonly paymentFees: bigint;
  readonly supplierCost: bigint;
  readonly commission: bigint;
  /** Foreign proceeds, converted into the platform's currency at the order's rate. */
  readonly converted: bigint;
  readonly netProfit: bigint;
  /** Borne by the platform: the fees of payouts and disputes, and the losses on late fees and conversions. */
  readonly payoutFees: bigint;
  readonly disputeFees: bigint;
  /** Payment fees kept on refunded orders: borne by resellers, and by the platform. */
  readonly keptFees: bigint;
  readonly keptFeesOfPlatform: bigint;
  /** Fees beyond those that the sales were booked with. */
  readonly feeDifference: bigint;
  readonly fxLoss: bigint;
};
type Earnings = Figures & { readonly day: string; readonly currency: Currency };

/** One column: the debit of these accounts, in entries of one source or of any; `-1`: their credit. */
type Column = { accounts: readonly Account[]; of: 'sale' | 'kept-fees' | null; sign: 1 | -1 };
const ofSale = (sign: Column['sign'], ...accounts: Account[]): Column => ({ accounts, of: 'sale', sign });
const ofPlatform = (account: Account): Column => ({ accounts: [account], of: null, sign: 1 });

const columns: Readonly<Record<keyof Figures, Column>> = {
  sales: ofSale(1, 'buyer-payments', 'tax:collected'),
  marketplaceFees: ofSale(-1, 'fees:marketplace'),
  paymentFees: ofSale(-1, 'fees:payment'),
  supplierCost: ofSale(-1, 'supplier-purchases'),
  commission: ofSale(-1, 'admin'),
  converted: ofSale(1, 'fx:clearing'),
  netProfit: ofSale(-1, 'reseller'),
  payoutFees: ofPlatform('fees:payout'),
  disputeFees: ofPlatform('fees:dispute'),
  keptFees: { accounts: ['reseller'], of: 'kept-fees', sign: 1 },
  keptFeesOfPlatform: ofPlatform('fees:kept'),
  feeDifference: ofPlatform('fees:difference'),
  fxLoss: ofPlatform('fx:difference'),
};
const names = Object.keys(columns) as readonly (keyof Figures)[];

const selected = names.map(name => {
  const { accounts, of, sign } = columns[name];
  const where = `p.account in (${quoted(accounts)})${of ? ` and t.source = '${of}'` : ''}`;
  return `${sign} * coalesce(sum(p.amount_minor) filter (where ${where}), 0) as "${name}"`;
});
const everyAccount = names.flatMap(name => columns[name].accounts);
const platformAccounts = names.flatMap(name => (columns[name].of ? [] : columns[name].accounts));

type Row = { day: string; currency: Currency } & Record<keyof Figures, string>;

/** @param seller whose sales; null: all. `to` is exclusive. */
export async function earnings(
  em: EntityManager,
  seller: UserId | null,
  { from, to }: { from: Date; to: Date },
): Promise<Earnings[]> {
  const rows = await em.execute<Row[]>(
    `select to_char(t.at at time zone 'UTC', 'YYYY-MM-DD') as day, p.currency, ${selected.join(', ')}
     from ledger_transactions t join ledger_postings p on p.transaction_id = t.id
     where t.at >= ? and t.at < ? ${seller ? 'and t.user_id = ?' : ''} and p.account in (${quoted(everyAccount)})
       and (t.source in ('sale', 'kept-fees') or p.account in (${quoted(platformAccounts)}))
     group by 1, 2 order by 1, 2`,
    [from, to, ...(seller ? [seller] : [])],
  );
  return rows.map(row => ({ ...figuresOf(name => BigInt(row[name])), day: row.day, currency: row.currency }));
}

const figuresOf = (read: (name: keyof Figures) => bigint): Figures =>
  Object.fromEntries(names.map(name => [name, read(name)])) as Record<keyof Figures, bigint>;

/** All days together, per currency. */
export function totalsOf(days: readonly Earnings[]): (Figures & { currency: Currency })[] {
  return [...Map.groupBy(days, ({ currency }) => currency)].map(([currency, rows]) => ({
    ...figuresOf(name => rows.reduce((sum, row) => sum + row[name], 0n)),
    currency,
  }));
}

/** The platform's total earnings so far, per currency. */
export async function earnedInAll(em: EntityManager): Promise<Money[]> {
  const rows = await em.execute<{ currency: Currency; earned: string }[]>(
    `select currency, (-sum(amount_minor))::text as earned from running_balances
     where book = 'sales' or (book = 'ledger' and account in (${quoted(platformAccounts)})) group by 1 order by 1`,
  );
  return rows.map(({ currency, earned }) => money(BigInt(earned), currency));
}

/** The platform's own share of the earnings. */
export const earnedBy = (figures: Figures): bigint => {
  const { commission, payoutFees, disputeFees, keptFeesOfPlatform, feeDifference, fxLoss } = figures;
  return commission - payoutFees - disputeFees - keptFeesOfPlatform - feeDifference - fxLoss;
};
