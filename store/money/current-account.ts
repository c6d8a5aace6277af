/**
 * The balance between the platform and those who share in a reseller's sales: the entries of those sales on the
 * accounts `reseller` and `admin`, with every leg that is not cancelled counted as paid. A leg pays its amount once,
 * however often it is sent, so its state does not matter here.
 */
import { platformCurrency } from '../../domain/fees.ts';
import type { UserId } from '../../domain/ids.ts';
import { type Currency, type Money, money, negate } from '../../domain/money.ts';
import type { Owed } from '../../domain/profit.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { lockUser } from '../database/lock-user.ts';
import type { PayoutLeg } from '../entities/money.ts';
import { balanceOf } from './ledger.ts';

/**
 * Positive is owed to the platform. Amounts that an order has only parked (proceeds that reached the reseller, goods
 * they paid for) are neither debt nor credit before its sale is booked: until then they count together with their entry
 * on the reseller's account, and the two add up to zero. `current_account_of` in the database says which entries count.
 */
export const currentAccounts = `running_balances where book = 'current-account'`;

/**
 * What the reseller owes from earlier sales, and what the admin owes of their commissions. Locks the reseller, so that
 * two sales cannot set the same debt off twice.
 */
export async function owedFrom(em: EntityManager, seller: UserId): Promise<Owed> {
  await lockUser(em, seller);
  const rows = await em.execute<{ account: 'reseller' | 'admin'; owed: string }[]>(
    `select account, sum(amount_minor)::text as owed from ${currentAccounts} and holder_id = ? and currency = ? group by account`,
    [seller, platformCurrency],
  );
  const of = (account: keyof Owed): Money =>
    money(BigInt(rows.find(row => row.account === account)?.owed ?? 0), platformCurrency);
  return { admin: of('admin'), reseller: of('reseller') };
}

/** Locks the seller of a leg's sale. */
export async function lockSellerOf(em: EntityManager, { saleId }: Pick<PayoutLeg, 'saleId'>): Promise<UserId> {
  const [seller] = await em.execute<{ id: UserId }[]>(
    'select id from users where id = (select user_id from sales where id = ?) for no key update',
    [saleId],
  );
  if (!seller) throw new Error(`there is no sale ${saleId}`);
  return seller.id;
}

export type Receivable = { email: string; owed: Money };

/** The users who owe the platform, the largest debt first. */
export async function receivables(em: EntityManager): Promise<Receivable[]> {
  const rows = await em.execute<{ email: string; currency: Currency; owed: string }[]>(
    `select u.email, e.currency, e.owed::text as owed from users u join (
       select holder_id, currency, sum(amount_minor) as owed from ${currentAccounts} and account = 'reseller'
       group by 1, 2 having sum(amount_minor) > 0 order by 3 desc limit 50
     ) e on e.holder_id = u.id order by e.owed desc`,
  );
  return rows.map(row => ({ email: row.email, owed: money(BigInt(row.owed), row.currency) }));
}

/** In one currency, in minor units, none negative. */
type Balance = {
  currency: Currency;
  /** Owed to the reseller, and not sent yet. */
  owedToThem: bigint;
  /** Sent, and not known to have arrived. */
  onItsWay: bigint;
  /** Held back, because the order is frozen. */
  frozen: bigint;
  owedByThem: bigint;
};

/** A reseller's balance. A debt that no leg covers is set off against the next sale; a credit is paid with it. */
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

/** What the ledger says the platform owes a user, legs on their way included; negative: what the user owes. */
export async function creditOf(em: EntityManager, userId: UserId, account: 'reseller' | 'admin'): Promise<Money> {
  return negate(await balanceOf(em, account, userId, platformCurrency));
}
