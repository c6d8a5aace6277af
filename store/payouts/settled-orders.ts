import { boughtStates, endedLegs } from '../../domain/settled.ts';
import { quoted } from '../database/quoted.ts';

/** How many shares of an order still have to be paid, in SQL. The query calls the order `o`. */
export const unpaidShares = `(select count(*)::int from payout_legs l
  where l.order_id = o.id and l.status not in (${quoted(endedLegs)}))`;

/** `isSettled` of the domain, in SQL. The query calls the order `o`. */
export const settled = `(o.status in (${quoted(boughtStates)}) and o.sale_booked_at is not null and ${unpaidShares} = 0)`;
