/**
 * What stands between the platform and those who share in a reseller's sales: the entries of those sales on the
 * accounts `reseller` and `admin`, every leg that is not cancelled counted as paid. A leg pays its amount once, however
 * often it has to be sent, so that where it stands does not matter here.
 */
import { platformCurrency } from '../../domain/fees.ts';
import type { UserId } from '../../domain/ids.ts';
import { type Currency, type Money, money, negate } from '../../domain/money.ts';
import type { Owed } from '../../domain/profit.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { balanceOf } from './ledger.ts';

/**
 * Positive is owed to the platform. What an order has only parked (proceeds that reached the reseller, goods they paid
 * for) is no debt of theirs and no credit before its sale is booked: it counts together with its entry on their account,
 * and the two are nothing. `current_account_of` in the database says which entries count.
 */
const currentAccounts = `running_balances where book = 'current-account'`;

/**
 * What is owed from a reseller's sales so far, by them and by the admin whose commissions they bring. Locks the
 * reseller, so that two sales cannot set the same debt off twice.
 */
export async function owedFrom(em: EntityManager, seller: UserId): Promise<Owed> {
  await em.execute('select id from users where id = ? for no key update', [seller]);
  const rows = await em.execute<{ account: 'reseller' | 'admin'; owed: string }[]>(
    `select account, sum(amount_minor)::text as owed from ${currentAccounts} and holder_id = ? and currency = ? group by account`,
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
    `select u.email, e.currency, e.owed::text as owed from users u join (
       select holder_id, currency, sum(amount_minor) as owed from ${currentAccounts} and account = 'reseller'
       group by 1, 2 having sum(amount_minor) > 0 order by 3 desc limit 50
     ) e on e.holder_id = u.id order by e.owed desc`,
  );
  return rows.map(row => ({ email: row.email, owed: money(BigInt(row.owed), row.currency) }));
}

/** Of one currency, minor units, none negative. */
type Balance = {
  currency: Currency;
  /** Theirs, and not on its way yet. */
  owedToThem: bigint;
  /** Sent, and not known to have arrived. */
  onItsWay: bigint;
  /** Held back: the order is disputed, or its supplier cancelled. */
  frozen: bigint;
  owedByThem: bigint;
};

/** Where a reseller stands. What a leg will not pay is set off against their next sale, or paid with it. */
export async function balanceOfReseller(em: EntityManager, seller: UserId): Promise<Balance[]> {
  type Row = { currency: Currency; rest: string; open: string; on_its_way: string; frozen: string };
  const rows = await em.execute<Row[]>(
    `select currency, sum(rest)::text as rest, sum(open)::text as open, sum(on_its_way)::text as on_its_way, sum(frozen)::text as frozen
     from (
       select currency, -amount_minor as rest, 0 as open, 0 as on_its_way, 0 as frozen
         from ${currentAccounts} and holder_id = ? and account = 'reseller'
       union all
       select l.currency, 0,
              case when l.status not in ('SENT', 'UNCLAIMED') and o.frozen_for is null then l.amount_minor else 0 end,
              case when l.status in ('SENT', 'UNCLAIMED') then l.amount_minor else 0 end,
              case when l.status not in ('SENT', 'UNCLAIMED') and o.frozen_for is not null then l.amount_minor else 0 end
         from payout_legs l join orders o on o.id = l.order_id
         where l.user_id = ? and l.beneficiary = 'reseller' and l.status not in ('PAID', 'CANCELLED')
     ) b group by currency order by currency`,
    [seller, seller],
  );
  return rows.map(row => {
    const rest = BigInt(row.rest);
    return {
      currency: row.currency,
      owedToThem: BigInt(row.open) + (rest > 0n ? rest : 0n),
      onItsWay: BigInt(row.on_its_way),
      frozen: BigInt(row.frozen),
      owedByThem: rest < 0n ? -rest : 0n,
    };
  });
}

/** What the platform owes a user by the ledger, legs under way included; negative is what they owe. */
export async function creditOf(em: EntityManager, userId: UserId, account: 'reseller' | 'admin'): Promise<Money> {
  return negate(await balanceOf(em, account, userId, platformCurrency));
}
