import { boughtStates, endedLegs } from '../../domain/settled.ts';
import { quoted } from '../database/quoted.ts';

/** SQL: how many shares of the order `o` are still unpaid. */
export const unpaidShares = `(select count(*)::int from payout_legs l
  where l.order_id = o.id and l.status not in (${quoted(endedLegs)}))`;

/** SQL: `isSettled` of the domain, for the order `o`. */
export const settled = `(o.status in (${quoted(boughtStates)}) and o.sale_booked_at is not null and ${unpaidShares} = 0)`;
