import { reservedEvents } from '../../domain/ledger-event.ts';
import { type Money, money } from '../../domain/money.ts';
import { broughtNothing } from '../../domain/payment.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { quoted } from '../database/quoted.ts';
import type { FundingAccount } from '../entities/money.ts';
import { isOfKind } from './event-names.ts';

/**
 * The debits of an account since `since`, or about to be made, that were never reserved: refunds, reversals and dispute
 * fees. One statement, so that a refund that is booked meanwhile counts as sent or as booked, never as neither.
 *
 * - Booked: each entry that takes from the account's cash, except those with a reservation (goods, legs).
 * - Not booked yet: what is left to refund of a payment whose refund is under way. A refund in doubt counts while it is in
 *   doubt; one that PayPal accepted counts from then on. Once booked, nothing is left, so no refund counts twice.
 */
export async function ownDebits(
  em: EntityManager,
  { provider, currency }: Pick<FundingAccount, 'provider' | 'currency'>,
  since: Date,
): Promise<Money> {
  const [row] = await em.execute<{ booked: string; under_way: string }[]>(
    `select
       (select coalesce(-sum(p.amount_minor), 0) from ledger_transactions t join ledger_postings p on p.transaction_id = t.id
        where t.at >= ? and p.account = ? and p.currency = ? and p.amount_minor < 0
          and not ${isOfKind('t.event', reservedEvents)})::text as booked,
       (select coalesce(sum(greatest(0, p.amount_minor - (select coalesce(sum(r.amount_minor), 0) from refunds r
            where r.payment_id = p.id and r.status = 'COMPLETED'))), 0)
        from effects e join payments p on p.order_id = e.subject
        where e.purpose = 'refund' and e.status <> 'DISPROVEN' and (e.closed_at is null or e.closed_at >= ?)
          and e.route = ? and p.provider = ? and p.currency = ? and p.status not in (${quoted(broughtNothing)}))::text as under_way`,
    [since, `cash:${provider}`, currency, since, provider, provider, currency],
  );
  return money(BigInt(row?.booked ?? 0) + BigInt(row?.under_way ?? 0), currency);
}
