/** A marketplace's own account of a sale against what is booked of the orders that it is here: one per line. */
import { dayMs } from '../../domain/durations.ts';
import { equals, formatMoney, type Money } from '../../domain/money.ts';
import type { Finding } from '../../store/books/book-findings.ts';
import { type BookedSale, salesPaidBetween } from '../../store/books/marketplace-sales.ts';
import type { ProviderRule } from '../../store/books/provider-rules.ts';
import type { Credential } from '../../store/entities/people.ts';
import type { Context } from '../context/context.ts';
import { difference, saysOtherwise } from './check-stage.ts';

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

/** What the two say differently. A sale that went back as a whole before it was paid here was never booked. */
export function compareSale(rules: SaleRules, told: ToldSale, booked: BookedSale | undefined): Finding[] {
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
const learntLateMs = 14 * dayMs;

/** Sales that we have a payment of, and that are not on the marketplace's list of that time. */
export async function notTold(
  ctx: Context,
  { id }: Credential,
  rule: ProviderRule,
  { from, to, listed }: { from: Date; to: Date; listed: ReadonlySet<string> },
): Promise<Finding[]> {
  const since = new Date(from.getTime() + learntLateMs);
  const paid = await ctx.store.read(em => salesPaidBetween(em, id, since, to));
  return paid
    .filter(({ about }) => !listed.has(about))
    .map(({ about, subject }) =>
      difference({ rule, subject, about }, `we have a payment of ${about}, they do not say`),
    );
}
