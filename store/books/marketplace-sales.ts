/** What we have booked of a marketplace's sales. One sale is several orders of ours, one per line. */

import type { CredentialId } from '../../domain/ids.ts';
import { type Currency, type Money, money } from '../../domain/money.ts';
import { broughtNothing } from '../../domain/payment.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { quoted } from '../database/quoted.ts';
import { atProvider, signedAmount } from '../money/refunds.ts';

export type BookedSale = {
  /** The id of one of its orders. */
  readonly subject: string;
  /** None of its lines is ours to buy, or was ever paid. */
  readonly idle: boolean;
  readonly credited?: Money;
  readonly fee?: Money;
  readonly back?: Money;
};

/** Finds the sales by their numbers at the marketplace. */
export async function bookedSales(
  em: EntityManager,
  account: CredentialId,
  numbers: readonly string[],
): Promise<ReadonlyMap<string, BookedSale>> {
  if (numbers.length === 0) return new Map();
  type Row = {
    order_id: string;
    subject: string;
    idle: boolean;
    currency: Currency | null;
    credited: string | null;
    fee: string | null;
    back: string | null;
  };
  const rows = await em.execute<Row[]>(
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
    [account, numbers],
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

type PaidSale = { readonly about: string; readonly subject: string };

/** Sales whose payment we learnt of in that time; `about` is the marketplace's number, `subject` an order's id. */
export const salesPaidBetween = (em: EntityManager, account: CredentialId, from: Date, to: Date): Promise<PaidSale[]> =>
  em.execute<PaidSale[]>(
    `select o.external_order_id as about, min(o.id::text) as subject
     from orders o join payments p on p.order_id = o.id and p.provider = o.channel
     where o.credential_id = ? and p.status not in (${quoted(broughtNothing)}) and p.created_at >= ? and p.created_at < ?
     group by 1`,
    [account, from, to],
  );
