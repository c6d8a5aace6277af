/**
 * Balances that need no sum over all history. A balance is the sum of its rows in `running_balances`. Triggers of the
 * database add one row for each movement, in the movement's own transaction: no writer can forget it, and none waits
 * for another. The sweep folds many rows into one. The views `ledger_movements`, `leg_movements` and
 * `reservation_movements` define what each balance sums; `ledger:check` compares the two.
 */
import type { EntityManager } from '../database/entity-manager.ts';
import { quoted } from '../database/quoted.ts';

/** A balance of more rows than this is folded. */
const foldedAbove = 50;

/**
 * Folds the rows of a balance into one; the sum never changes. One caller at a time. Returns the number of rows
 * removed.
 */
export async function foldBalances(em: EntityManager): Promise<number> {
  const [row] = await em.execute<{ folded: number }[]>(
    `with crowded as (
       select id from (select id, count(*) over (partition by book, holder_id, account, currency) as crowd from running_balances) r
       where crowd > ?
     ), taken as (
       delete from running_balances where id in (select id from crowded)
       returning book, holder_id, account, currency, amount_minor
     ), folded as (
       insert into running_balances (book, holder_id, account, currency, amount_minor)
         select book, holder_id, account, currency, sum(amount_minor) from taken group by 1, 2, 3, 4 having sum(amount_minor) <> 0
     )
     select count(*)::int as folded from taken`,
    [foldedAbove],
  );
  return row?.folded ?? 0;
}

/**
 * SQL for a rule of `ledger:check`: the running balances of these books that differ from the sum of their movements.
 */
export const unlikeItsMovements = (books: readonly string[], movements: readonly string[]): string =>
  `select '' as subject, concat_ws(' ', book, holder_id, account, currency) || ': ' || sum(kept) || ' kept, ' || sum(moved) || ' moved' as detail
   from (
     select book, holder_id, account, currency, amount_minor as kept, 0 as moved from running_balances
       where book in (${quoted(books)})
     ${movements.map(view => `union all select book, holder_id, account, currency, 0, amount_minor from ${view}`).join('\n     ')}
   ) b group by book, holder_id, account, currency having sum(kept) <> sum(moved)`;
