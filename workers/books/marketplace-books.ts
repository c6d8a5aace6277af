/** Compares a marketplace's own account of a sale with the orders booked for it here, one per line of the sale. */
import { dayMs } from '../../domain/durations.ts';
import { equals, formatMoney, type Money } from '../../domain/money.ts';
import type { Finding } from '../../store/books/book-findings.ts';
import { type BookedSale, salesPaidBetween } from '../../store/books/marketplace-sales.ts';
import type { ProviderRule } from '../../store/books/provider-rules.ts';
import type { Credential } from '../../store/entities/people.ts';
import type { Context } from '../context/context.ts';
import { difference, saysOtherwise } from './check-stage.ts';

/** What a marketplace reports of one sale; no `fee` where it reports none; `back` is the sum of its refunds. */
export type ReportedSale = {
  readonly orderId: string;
  readonly soldAt: Date;
  readonly gross: Money;
  readonly fee?: Money | undefined;
  readonly back: Money;
};

/** The rules for one marketplace's sales. */
export type SaleRules = {
  readonly known: ProviderRule;
  readonly credited: ProviderRule;
  readonly fee: ProviderRule;
  readonly back: ProviderRule;
};

/** The differences between the two. A sale that was refunded in full before we saw its payment was never booked. */
export function compareSale(rules: SaleRules, reported: ReportedSale, booked: BookedSale | undefined): Finding[] {
  const { orderId: about, gross, fee, back } = reported;
  const subject = booked?.subject ?? '';
  const wentBack = equals(gross, back);
  if (!booked || (!booked.credited && !booked.idle && !wentBack))
    return wentBack
      ? []
      : [
          difference(
            { rule: rules.known, subject, about },
            `sold there as ${about} for ${formatMoney(gross)}, and we have no payment for it`,
          ),
        ];
  if (!booked.credited) return [];
  const pairs: readonly (readonly [ProviderRule, Money | undefined, Money | undefined])[] = [
    [rules.credited, booked.credited, gross],
    // A fee in another currency than the booked one cannot be compared.
    [rules.fee, booked.fee, fee?.currency === booked.fee?.currency ? fee : undefined],
    [rules.back, booked.back, back],
  ];
  return pairs.flatMap(([rule, ours, theirs]) =>
    ours && theirs && !equals(ours, theirs) ? [difference({ rule, subject, about }, saysOtherwise(ours, theirs))] : [],
  );
}

/** We may book a payment this long after its sale: one booked soon after the list begins may be of a sale before it. */
const learntLateMs = 14 * dayMs;

/** Sales with a payment here that the marketplace's list of that time lacks. */
export async function missingAtMarketplace(
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
      difference({ rule, subject, about }, `we have a payment for ${about}, and they list no such sale`),
    );
}
