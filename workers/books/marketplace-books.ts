/** A marketplace's own account of a sale against what is booked of the orders that it is here: one per line. */
import { type Currency, equals, formatMoney, type Money, money } from '../../domain/money.ts';
import { broughtNothing } from '../../domain/payment.ts';
import type { Finding } from '../../store/books/book-findings.ts';
import type { ProviderRule } from '../../store/books/provider-rules.ts';
import { quoted } from '../../store/database/quoted.ts';
import type { Credential } from '../../store/entities/people.ts';
import { atProvider, signedAmount } from '../../store/money/refunds.ts';
import type { Context } from '../context/context.ts';
import { difference, saysOtherwise } from './stage.ts';

/** What a marketplace says of one sale; no fee where it tells none. */
export type ToldSale = {
  readonly orderId: string;
  readonly soldAt: Date;
  readonly gross: Money;
  readonly fee?: Money | undefined;
  readonly back: Money;
};

/** The rules that one marketplace's sales are held against. */
export type SaleRules = {
  readonly known: ProviderRule;
  readonly credited: ProviderRule;
  readonly fee: ProviderRule;
  readonly back: ProviderRule;
};

type Booked = {
  readonly subject: string;
  /** None of its lines is for us to buy, or was ever paid. */
  readonly idle: boolean;
  readonly credited?: Money;
  readonly fee?: Money;
  readonly back?: Money;
};

/** What is booked of these sales, by the marketplace's number. */
export async function bookedSales(
  ctx: Context,
  { id }: Credential,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, Booked>> {
  if (orderIds.length === 0) return new Map();
  type Row = {
    order_id: string;
    subject: string;
    idle: boolean;
    currency: Currency | null;
    credited: string | null;
    fee: string | null;
    back: string | null;
  };
  const rows = await ctx.store.read(em =>
    em.execute<Row[]>(
      `select o.external_order_id as order_id, min(o.id::text) as subject, bool_and(o.status = 'CANCELLED') as idle,
              min(p.currency) as currency, sum(p.amount_minor)::text as credited, sum(p.fee_minor)::text as fee,
              sum(case when p.status = 'REVERSED' then p.amount_minor else coalesce(r.minor, 0) end)::text as back
       from orders o
         left join payments p on p.order_id = o.id and p.provider = o.channel and p.status not in (${quoted(broughtNothing)})
         left join lateral (
           select sum(${signedAmount}) as minor
           from refunds where payment_id = p.id and status = 'COMPLETED' and ${atProvider}) r on true
       where o.credential_id = ? and o.external_order_id in (?)
       group by 1`,
      [id, orderIds],
    ),
  );
  return new Map(
    rows.map(({ order_id, subject, idle, currency, credited, fee, back }) => {
      const of = (minor: string | null): Money | undefined =>
        currency && minor !== null ? money(BigInt(minor), currency) : undefined;
      const sums = { credited: of(credited), fee: of(fee), back: of(back) };
      return [order_id, { subject, idle, ...withoutNothing(sums) }];
    }),
  );
}

const withoutNothing = <T extends object>(facts: T): { [Key in keyof T]?: NonNullable<T[Key]> } =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as never;

/** What the two say differently. A sale that went back as a whole before it was paid here was never booked. */
export function compareSale(rules: SaleRules, told: ToldSale, booked: Booked | undefined): Finding[] {
  const { orderId: about, gross, fee, back } = told;
  const subject = booked?.subject ?? '';
  const wentBack = equals(gross, back);
  if (!booked || (!booked.credited && !booked.idle && !wentBack))
    return wentBack
      ? []
      : [
          difference(
            { rule: rules.known, subject, about },
            `sold there as ${about} for ${formatMoney(gross)}, and no payment here is that`,
          ),
        ];
  if (!booked.credited) return [];
  const pairs: readonly (readonly [ProviderRule, Money | undefined, Money | undefined])[] = [
    [rules.credited, booked.credited, gross],
    // What is told in another currency than it was booked in is no word about it.
    [rules.fee, booked.fee, fee?.currency === booked.fee?.currency ? fee : undefined],
    [rules.back, booked.back, back],
  ];
  return pairs.flatMap(([rule, ours, theirs]) =>
    ours && theirs && !equals(ours, theirs) ? [difference({ rule, subject, about }, saysOtherwise(ours, theirs))] : [],
  );
}

/** So long after a sale we may still learn of it: what was paid before a list begins is not looked for in it. */
const learntLateMs = 14 * 86_400_000;

/** Sales that we have a payment of, and that are not on the marketplace's list of that time. */
export async function notTold(
  ctx: Context,
  { id }: Credential,
  rule: ProviderRule,
  { from, to, listed }: { from: Date; to: Date; listed: ReadonlySet<string> },
): Promise<Finding[]> {
  const paid = await ctx.store.read(em =>
    em.execute<{ about: string; subject: string }[]>(
      `select o.external_order_id as about, min(o.id::text) as subject
       from orders o join payments p on p.order_id = o.id and p.provider = o.channel
       where o.credential_id = ? and p.status not in (${quoted(broughtNothing)}) and p.created_at >= ? and p.created_at < ?
       group by 1`,
      [id, new Date(from.getTime() + learntLateMs), to],
    ),
  );
  return paid
    .filter(({ about }) => !listed.has(about))
    .map(({ about, subject }) =>
      difference({ rule, subject, about }, `we have a payment of ${about}, they do not say`),
    );
}
