/** Books it with one more entry of the order, past our own code. */
const entry = (event: string, ...postings: [account: string, minor: number][]): string =>
  `with t as (
     insert into ledger_transactions (source, event, order_id, user_id) select 'console', '${event}', id, user_id from orders returning id
   )
   insert into ledger_postings (transaction_id, account, amount_minor, currency)
   select t.id, p.account, p.minor, 'USD' from t, (values ${postings.map(([name, minor]) => `('${name}', ${minor})`).join()}) p (account, minor)`;

/** What is done to the books of one order that went well, and the rule that finds it. */
export const breakages: readonly [rule: string, sql: string][] = [
  ['each transaction sums to zero per currency', entry('one side', ['fees:payout', 5])],
  ['each posting is on an account that there is', entry('made up', ['petty-cash', 5], ['cash:paypal', -5])],
  [
    'each entry is about the reseller whose order it names',
    `insert into ledger_transactions (source, event, order_id, user_id)
     select 'console', 'other', o.id, u.id from orders o, users u where u.id <> o.user_id limit 1`,
  ],
  [
    'each payment that brought money is booked with its amount and the tax on top of it',
    'update payments set amount_minor = amount_minor + 1',
  ],
  [
    'each payment that brought money is booked with its amount and the tax on top of it',
    'update payments set collected_tax_minor = 320',
  ],
  ['each payment’s collected tax and fee are booked with it', 'update payments set fee_minor = fee_minor + 1'],
  ['each payment’s collected tax and fee are booked with it', 'update payments set collected_tax_minor = 320'],
  [
    'each refund, and each return of one, is booked once, with its amount',
    `insert into refunds (id, payment_id, order_id, reference, kind, status, amount_minor, currency)
     select gen_random_uuid(), id, order_id, 'R-1', 'refund', 'COMPLETED', 500, 'USD' from payments`,
  ],
  [
    'each refund, and each return of one, is booked once, with its amount',
    `with gone as (
       insert into refunds (id, payment_id, order_id, reference, kind, status, amount_minor, currency)
       select gen_random_uuid(), id, order_id, 'R-2', 'reversal', 'PENDING', 500, 'USD' from payments returning *
     )
     insert into refunds (id, payment_id, order_id, reference, kind, status, amount_minor, currency, of_refund_id)
     select gen_random_uuid(), payment_id, order_id, 'R-1/returned/1', 'return', 'COMPLETED', 500, 'USD', id from gone`,
  ],
  [
    'each refunded order has given back what its buyer paid',
    `alter table orders disable trigger user; update orders set status = 'REFUNDED'`,
  ],
  [
    'each dispute is booked with what PayPal has taken for it',
    `insert into disputes (id, provider, reference, order_id, status, fee_minor, fee_currency)
     select gen_random_uuid(), 'paypal', 'PP-D-1', id, 'BUYER', 1500, 'USD' from orders`,
  ],
  [
    'each purchase that stands is booked with what its supplier orders cost',
    'update supplier_orders set cost_minor = cost_minor + 1',
  ],
  [
    'what a supplier owes is what it cancelled and has not given back',
    `update supplier_orders set status = 'CANCELLED'`,
  ],
  [
    'what a supplier owes is what it cancelled and has not given back',
    entry('owed', ['supplier-refunds', 1449], ['supplier-purchases', -1449]),
  ],
  [
    'each sale adds up, and is booked with its cost and its commission',
    'update commissions set amount_minor = amount_minor + 1',
  ],
  [
    'each sale adds up, and is booked with its cost and its commission',
    `update sales set supplier_cost_minor = supplier_cost_minor + 1, gross_profit_minor = gross_profit_minor - 1, net_profit_minor = net_profit_minor - 1`,
  ],
  ['each order that was bought and is followed has one standing sale', 'update sales set voided_at = now()'],
  [
    'nothing of an order whose sale is booked is parked',
    entry('late money', ['cash:paypal', 5], ['buyer-payments', -5]),
  ],
  ['nothing of an order whose sale is booked is parked', entry('late tax', ['cash:ebay', -5], ['tax:collected', 5])],
  ['each sale that was booked back has left nothing', 'update sales set voided_at = now()'],
  [
    'each leg that is paid is booked with its amount, and no other leg is',
    'update payout_legs set amount_minor = amount_minor + 1',
  ],
  [
    'each leg that is paid has a payout that is proven',
    `update effects set status = 'DISPROVEN' where purpose = 'pay'`,
  ],
  ['nothing is held for an order or a leg that has ended', `update reservations set status = 'HELD'`],
  [
    'each conversion is booked with what it took and brought, and the rest is the difference',
    `insert into fx_conversions (reference, held_at, from_minor, from_currency, to_minor, to_currency, carried_minor, at, recorded_by)
     select 'MP-1', 'mercadolibre', 18000, 'CLP', 1850, 'USD', 1900, now(), id from users limit 1`,
  ],
  [
    'each event that was told to us has been taken',
    `insert into inbound_events (id, source, event_id, type, headers, body, status, received_at)
     values (gen_random_uuid(), 'ebay', 'planted', 'ORDER_CONFIRMATION', '{}', '', 'RECEIVED', now() - interval '1 hour')`,
  ],
  [
    'each running balance of the ledger is the sum of its entries, and of a seller of their entries and legs',
    `update running_balances set amount_minor = amount_minor + 1 where book = 'ledger' and account = 'cash:paypal'`,
  ],
  [
    'each running balance of the ledger is the sum of its entries, and of a seller of their entries and legs',
    `insert into running_balances (book, holder_id, account, currency, amount_minor)
     select 'current-account', user_id, 'reseller', 'USD', 5 from orders`,
  ],
  [
    'each running balance of the ledger is the sum of its entries, and of a seller of their entries and legs',
    `delete from running_balances where book = 'sales'`,
  ],
  [
    'each running balance of a funding account is the sum of its reservations',
    `update running_balances set amount_minor = amount_minor + 1 where book = 'funding' and account = 'CONSUMED'`,
  ],
  [
    'each running balance of a funding account is the sum of its reservations',
    `alter table reservations disable trigger user; update reservations set amount_minor = amount_minor + 1`,
  ],
];
