/**
 * What must hold between the ledger and the rows that it was made from. Each query finds contradictions: `subject` is
 * the order, if there is one, and `detail` says what contradicts.
 */
import { type Account, accounts, parkedAccounts } from '../../domain/ledger.ts';
import { legEvents, saleChanges } from '../../domain/ledger-event.ts';
import { broughtNothing } from '../../domain/payment.ts';
import { cameBack } from '../../domain/payout-leg.ts';
import { boughtStates, endedLegs } from '../../domain/settled.ts';
import { quoted } from '../database/quoted.ts';
import { untaken } from '../events/untaken-events.ts';
import { eventName, isOneOf } from '../money/event-names.ts';
import { atProvider } from '../money/refunds.ts';
import { unlikeItsMovements } from '../money/running-balances.ts';

/** `toDo`: what a person does about a finding. */
export type Rule = { readonly name: string; readonly toDo: string; readonly sql: string };

/** The sum of one account's postings under those events of an order, all SQL; `event` tests `t.event`. */
const posted = (orderId: string, account: string, event: string) =>
  `(select coalesce(sum(p.amount_minor), 0) from ledger_transactions t join ledger_postings p on p.transaction_id = t.id
    where t.order_id = ${orderId} and ${event} and p.account = ${account})`;

const entries: readonly Rule[] = [
  {
    name: 'each transaction sums to zero per currency',
    toDo: 'Our program cannot write this: find out who changed the ledger without it, and restore the ledger.',
    sql: `select transaction_id::text as subject, sum(amount_minor) || ' ' || currency as detail
          from ledger_postings group by transaction_id, currency having sum(amount_minor) <> 0`,
  },
  {
    name: 'each posting is on an account that there is',
    toDo: 'Our program cannot write this: find out who changed the ledger without it, and restore the ledger.',
    sql: `select id::text as subject, account || ' ' || amount_minor || ' ' || currency as detail
          from ledger_postings where account not in (${quoted(accounts)})`,
  },
  {
    name: 'each entry is about the reseller whose order it names',
    toDo: 'The entry counts for the wrong reseller: reverse it, and book it for the right one.',
    sql: `select o.id::text as subject, t.source || ' ' || t.event as detail
          from ledger_transactions t join orders o on o.id = t.order_id where t.user_id is distinct from o.user_id`,
  },
];

const paid = (account: string) => posted('payments.order_id', account, `t.event = ${eventName('paid', 'reference')}`);
/** The fee booked with the payment, and its later correction. */
const kept = (account: Account) =>
  posted(
    'payments.order_id',
    `'${account}'`,
    `t.event in (${eventName('paid', 'reference')}, ${eventName('fee', 'reference')})`,
  );
const feeAccounts: readonly Account[] = ['fees:marketplace', 'fees:payment', 'fees:difference'];

/** The amount of a refund or a reversal; a return is negative. */
const wentBack = `case r.kind when 'return' then -r.amount_minor else r.amount_minor end`;

const buyersMoney: readonly Rule[] = [
  {
    // A payment that was reversed before we saw it paid is not booked at all.
    name: 'each payment that brought money is booked with its amount and the tax on top of it',
    toDo: 'Compare the payment on the order’s page with its channel, and book what is missing in the ledger.',
    sql: `select order_id::text as subject, reference || ' ' || amount_minor || ' + ' || collected_tax_minor || ' ' || currency as detail
          from payments where status not in (${quoted(broughtNothing)})
            and ${paid(`'buyer-payments'`)}
              not in (-amount_minor - collected_tax_minor, case when status = 'REVERSED' then 0 else -amount_minor - collected_tax_minor end)`,
  },
  {
    name: 'each payment’s collected tax and fee are booked with it',
    toDo: 'Compare the fee and the tax on the order’s page with the ledger, and find out whose money the difference is.',
    sql: `select order_id::text as subject, reference as detail from payments
          where ${paid(`'buyer-payments'`)} <> 0
            and (${paid(`'tax:collected'`)} <> collected_tax_minor
              or ${feeAccounts.map(kept).join(' + ')} <> coalesce(fee_minor, 0))`,
  },
  {
    name: 'each refund, and each return of one, is booked once, with its amount',
    toDo: 'Compare the refund at its channel with the ledger before another refund or payout of the order.',
    sql: `select r.order_id::text as subject, r.kind || ' ' || r.reference || ' ' || r.amount_minor as detail
          from refunds r join orders o on o.id = r.order_id
          where r.status = 'COMPLETED'
            and (${posted('r.order_id', `'buyer-payments'`, `t.event = r.kind || ':' || r.reference`)} <> ${wentBack}
              or (o.proceeds_held_by = 'platform'
                and ${posted('r.order_id', `'cash:' || case when r.${atProvider} then o.channel else 'elsewhere' end`, `t.event = r.kind || ':' || r.reference`)} <> -(${wentBack})))`,
  },
  {
    name: 'each refunded order has given back what its buyer paid',
    toDo: 'Look at the payment at its channel: the buyer is still owed the rest, or was refunded by other means.',
    sql: `select order_id::text as subject, payments.reference || ' ' || amount_minor || ' ' || currency as detail
          from payments join orders o on o.id = order_id
          where o.status = 'REFUNDED' and ${paid(`'buyer-payments'`)} <> 0
            and (select coalesce(sum(${wentBack}), 0) from refunds r where r.payment_id = payments.id and r.status = 'COMPLETED')
              <> amount_minor`,
  },
  {
    name: 'each dispute is booked with what PayPal has taken for it',
    toDo: 'Open the dispute at PayPal and compare its fee with the ledger.',
    sql: `select order_id::text as subject, reference || ' ' || fee_minor || ' ' || fee_currency as detail from disputes
          where ${posted('disputes.order_id', `'fees:dispute'`, isOneOf('t.event', ['dispute-fee'], 'reference'))} <> fee_minor`,
  },
];

const purchases: readonly Rule[] = [
  {
    name: 'each purchase that stands is booked with what its supplier orders cost',
    toDo: 'Compare the supplier orders on the order’s page with what the supplier charged.',
    sql: `select o.id::text as subject, e.idempotency_key as detail from orders o
          join effects e on e.purpose = 'buy' and e.subject = o.id and e.status = 'DONE'
          where o.status in (${quoted(boughtStates)})
            and ${posted('o.id', `'supplier-purchases'`, `t.event = ${eventName('bought', 'e.idempotency_key')}`)} <>
              (select coalesce(sum(cost_minor), 0) from supplier_orders s where s.order_id = o.id and s.effect_key = e.idempotency_key and s.was_paid)`,
  },
  {
    name: 'what a supplier owes is what it cancelled and has not given back',
    toDo: 'See whether the supplier’s refund has come, and confirm it on the order’s page.',
    sql: `with owed as (
            select t.order_id, sum(p.amount_minor) as minor from ledger_postings p
              join ledger_transactions t on t.id = p.transaction_id where p.account = 'supplier-refunds' group by 1
          ), cancelled as (
            select s.order_id, sum(s.cost_minor) as minor from supplier_orders s
              join effects e on e.idempotency_key = s.effect_key and e.status = 'DONE'
              where s.status = 'CANCELLED' and s.was_paid and s.refunded_at is null and ${posted('s.order_id', `'supplier-purchases'`, `t.event = ${eventName('bought', 's.effect_key')}`)} <> 0 group by 1
          )
          select coalesce(owed.order_id, cancelled.order_id)::text as subject,
                 coalesce(owed.minor, 0) || ' booked, ' || coalesce(cancelled.minor, 0) || ' cancelled' as detail
          from owed full join cancelled on cancelled.order_id = owed.order_id
          where coalesce(owed.minor, 0) <> coalesce(cancelled.minor, 0)`,
  },
];

const ownEntries = `(t.event in (${eventName('booked', 's.id')}, ${eventName('voided', 's.id')})
  or ${isOneOf('t.event', saleChanges, 's.id')})`;

const sales: readonly Rule[] = [
  {
    name: 'each sale adds up, and is booked with its cost and its commission',
    toDo: 'Compare the sale on the order’s page with the ledger before its payouts leave.',
    sql: `select s.order_id::text as subject, s.id::text as detail from sales s join commissions c on c.sale_id = s.id
          where s.net_profit_minor + c.amount_minor <> s.gross_profit_minor
             or ${posted('s.order_id', `'admin'`, `t.event = ${eventName('booked', 's.id')}`)} <> -c.amount_minor
             or ${posted('s.order_id', `'supplier-purchases'`, `t.event = ${eventName('booked', 's.id')}`)} <> -s.supplier_cost_minor`,
  },
  {
    name: 'each order that was bought and is followed has one standing sale',
    toDo: 'Without its sale nobody is paid for the order: look at its page for what stopped the booking.',
    sql: `select id::text as subject, status as detail from orders
          where sale_booked_at is not null and status in (${quoted(boughtStates)})
            and (select count(*) from sales where order_id = orders.id and voided_at is null) <> 1`,
  },
  {
    // What the supplier owes replaces the cost of the goods that it cancelled.
    name: 'nothing of an order whose sale is booked is parked',
    toDo: 'Money came or left after the sale was booked and has no owner in the books yet: the order’s page shows which.',
    sql: `select t.order_id::text as subject, min(p.account) || ' ' || sum(p.amount_minor) || ' ' || p.currency as detail
          from sales s join ledger_transactions t on t.order_id = s.order_id join ledger_postings p on p.transaction_id = t.id
          where s.voided_at is null and p.account in (${quoted([...parkedAccounts, 'supplier-refunds'])})
          group by t.order_id, p.currency, case p.account when 'supplier-refunds' then 'supplier-purchases' else p.account end
          having sum(p.amount_minor) <> 0`,
  },
  {
    name: 'each sale that was booked back has left nothing',
    toDo: 'Compare the entries of the sale with those that reversed it, and find out whose money the rest is.',
    sql: `select s.order_id::text as subject, p.account || ' ' || sum(p.amount_minor) || ' ' || p.currency as detail
          from sales s join ledger_transactions t on t.order_id = s.order_id and t.source = 'sale' and ${ownEntries}
          join ledger_postings p on p.transaction_id = t.id where s.voided_at is not null
          group by s.order_id, s.id, p.account, p.holder_id, p.currency having sum(p.amount_minor) <> 0`,
  },
];

const payouts: readonly Rule[] = [
  {
    name: 'each leg that is paid is booked with its amount, and no other leg is',
    toDo: 'Compare the payout at its provider with the ledger: the reseller’s balance is wrong by this.',
    sql: `select l.order_id::text as subject, l.id || ' ' || l.status || ' ' || l.amount_minor as detail from payout_legs l
          where ${posted('l.order_id', 'l.beneficiary', isOneOf('t.event', legEvents, 'l.id'))}
            <> case when l.status = 'PAID' then l.amount_minor else 0 end`,
  },
  {
    name: 'each leg that is paid has a payout that is proven',
    toDo: 'Look the payout up at its provider: nothing here proves that it was made.',
    sql: `select l.order_id::text as subject, l.id::text as detail from payout_legs l where l.status = 'PAID'
          and not exists (select from leg_payouts p where p.leg_id = l.id and p.status = 'DONE')`,
  },
  {
    name: 'nothing is held for an order or a leg that has ended',
    toDo: 'The money is free at the provider, and still reserved here: other orders may wait for it needlessly.',
    sql: `select r.subject::text as subject, r.purpose || ' ' || r.amount_minor as detail from reservations r
          left join orders o on o.id = r.subject left join payout_legs l on l.id = r.subject
          where r.status = 'HELD' and (o.status in (${quoted([...boughtStates, 'FAILED', 'REFUNDED', 'CANCELLED'])})
            or l.status in (${quoted([...cameBack, ...endedLegs])}))`,
  },
];

const converted = (account: string, currency: string) =>
  `(select coalesce(sum(p.amount_minor), 0) from ledger_transactions t join ledger_postings p on p.transaction_id = t.id
    where t.source = 'fx' and t.event = ${eventName('converted', 'c.reference')} and p.account = ${account} and p.currency = ${currency})`;

const conversions: readonly Rule[] = [
  {
    name: 'each conversion is booked with what it took and brought, and the rest is the difference',
    toDo: 'Compare the conversion with the statement that it was entered from.',
    sql: `select '' as subject, c.reference || ' ' || c.from_minor || ' ' || c.from_currency as detail from fx_conversions c
          where ${converted(`'cash:' || c.held_at`, 'c.from_currency')} <> -c.from_minor
             or ${converted(`'fx:clearing'`, 'c.from_currency')} <> c.from_minor
             or ${converted(`'cash:paypal'`, 'c.to_currency')} <> c.to_minor
             or ${converted(`'fx:clearing'`, 'c.to_currency')} <> -c.carried_minor
             or ${converted(`'fx:difference'`, 'c.to_currency')} <> c.carried_minor - c.to_minor`,
  },
];

const told: readonly Rule[] = [
  {
    name: 'each event that was told to us has been taken',
    toDo: 'It may be a sale: look at it on the Events page, then take it again or dismiss it.',
    sql: `select coalesce(e.subject, '') as subject, e.id || ' ' || e.source || ' ' || e.type || ' ' || e.status || coalesce(': ' || e.note, '') as detail
          from inbound_events e where ${untaken}`,
  },
];

const sumAnew =
  'Nothing was lost: the entries are the truth. Stop the workers, sum the balance again, and find out what was written without the triggers.';

const runningBalances: readonly Rule[] = [
  {
    name: 'each running balance of the ledger is the sum of its entries, and of a seller of their entries and legs',
    toDo: sumAnew,
    sql: unlikeItsMovements(['ledger', 'sales', 'current-account'], ['ledger_movements', 'leg_movements']),
  },
  {
    name: 'each running balance of a funding account is the sum of its reservations',
    toDo: sumAnew,
    sql: unlikeItsMovements(['funding'], ['reservation_movements']),
  },
];

export const rules: readonly Rule[] = [
  ...entries,
  ...buyersMoney,
  ...purchases,
  ...sales,
  ...payouts,
  ...conversions,
  ...told,
  ...runningBalances,
];
