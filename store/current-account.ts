/**
 * What stands between the platform and those who share in a reseller's sales: the entries of those sales on the
 * accounts `reseller` and `admin`, every leg that is not cancelled counted as paid. A leg pays its amount once, however
 * often it has to be sent, so that where it stands does not matter here.
 */
import { platformCurrency } from '../domain/fees.ts';
import type { UserId } from '../domain/ids.ts';
import { type Currency, type Money, money, negate } from '../domain/money.ts';
import type { Owed } from '../domain/profit.ts';
import { balanceOf } from './ledger.ts';
import type { EntityManager } from './open.ts';

/**
 * Rows of seller_id, account, currency, amount_minor; positive is owed to the platform. What an order has only parked
 * (proceeds that reached the reseller, goods they paid for) is no debt of theirs and no credit before its sale is
 * booked: it counts together with its entry on their account, and the two are nothing.
 */
const entries = `
  select t.user_id as seller_id, case p.account when 'admin' then 'admin' else 'reseller' end as account, p.currency, p.amount_minor
    from ledger_transactions t join ledger_postings p on p.transaction_id = t.id join orders o on o.id = t.order_id
    where t.event not like 'leg%' and (p.account in ('reseller', 'admin')
      or (o.proceeds_held_by = 'reseller' and p.account in ('buyer-payments', 'tax:collected', 'fees:marketplace', 'fees:payment'))
      or (o.supplier_paid_by = 'reseller' and p.account in ('supplier-purchases', 'supplier-refunds')))
  union all
  select s.user_id, l.beneficiary, l.currency, l.amount_minor
    from payout_legs l join sales s on s.id = l.sale_id where l.status <> 'CANCELLED'`;

/**
 * What is owed from a reseller's sales so far, by them and by the admin whose commissions they bring. Locks the
 * reseller, so that two sales cannot set the same debt off twice.
 */
export async function owedFrom(em: EntityManager, seller: UserId): Promise<Owed> {
  await em.execute('select id from users where id = ? for no key update', [seller]);
  const rows = await em.execute<{ account: 'reseller' | 'admin'; owed: string }[]>(
    `select account, sum(amount_minor)::text as owed from (${entries}) e
     where seller_id = ? and currency = ? group by account`,
    [seller, platformCurrency],
  );
  const of = (account: keyof Owed): Money =>
    money(BigInt(rows.find(row => row.account === account)?.owed ?? 0), platformCurrency);
  return { admin: of('admin'), reseller: of('reseller') };
}

export type Receivable = { email: string; owed: Money };

/** Who owes the platform, the most first. */
export async function receivables(em: EntityManager): Promise<Receivable[]> {
  const rows = await em.execute<{ email: string; currency: Currency; owed: string }[]>(
    `select u.email, e.currency, sum(e.amount_minor)::text as owed from (${entries}) e join users u on u.id = e.seller_id
     where e.account = 'reseller' group by 1, 2 having sum(e.amount_minor) > 0 order by sum(e.amount_minor) desc limit 50`,
  );
  return rows.map(row => ({ email: row.email, owed: money(BigInt(row.owed), row.currency) }));
}

/** What the platform owes a user by the ledger, legs under way included; negative is what they owe. */
export async function creditOf(em: EntityManager, userId: UserId, account: 'reseller' | 'admin'): Promise<Money> {
  return negate(await balanceOf(em, account, userId, platformCurrency));
}
