import { dayMs } from '../../domain/durations.ts';
import { type Money, sum } from '../../domain/money.ts';
import type { FoundPayment } from '../../providers/mercadolibre/search-payments.ts';
import type { Finding } from '../../store/books/book-findings.ts';
import { bookedSales } from '../../store/books/marketplace-sales.ts';
import type { Credential } from '../../store/entities/people.ts';
import { withToken } from '../connections/fresh-token.ts';
import type { Context } from '../context/context.ts';
import { overAccounts } from './accounts.ts';
import { settledBy } from './check-stage.ts';
import { compareSale, missingAtMarketplace, type ReportedSale, type SaleRules } from './marketplace-books.ts';

const rules: SaleRules = {
  known: 'each payment at MercadoLibre is a payment here',
  credited: 'MercadoLibre has collected what we booked',
  fee: 'MercadoLibre has kept the fee that we booked',
  back: 'MercadoLibre has given back what we booked',
};

/** A buyer may ask for their money back for a month after the parcel has come. */
const readMs = 90 * dayMs;
/** Mercado Pago does not document how late its search is. It is minutes; a day is safe. */
const lagMs = dayMs;
const pageSize = 50;

/** Compares the payments of each seller at MercadoLibre with the sales booked here. */
export const mercadoLibrePayments = overAccounts(
  'mercadolibre payments',
  'mercadolibre',
  rules.credited,
  async (ctx, credential, asked) => {
    const { payments, unread, calls } = await everyPayment(ctx, credential);
    const settled = settledBy(ctx, asked, lagMs);
    const sales = salesOf(payments).filter(({ soldAt }) => soldAt >= credential.createdAt);
    const judged = sales.filter(({ soldAt }) => soldAt <= settled);
    const booked = await ctx.store.read(em =>
      bookedSales(
        em,
        credential.id,
        judged.map(({ orderId }) => orderId),
      ),
    );
    const listed = new Set(payments.flatMap(({ orderId }) => orderId ?? []));
    const range = { from: new Date(ctx.now().getTime() - readMs), to: settled };
    return {
      asked: calls,
      findings: [
        ...unreadOf(credential, unread),
        ...judged.flatMap(sale => compareSale(rules, sale, booked.get(sale.orderId))),
        ...(await missingAtMarketplace(ctx, credential, rules.credited, { ...range, listed })),
      ],
    };
  },
);

const unreadOf = ({ id: about }: Credential, count: number): Finding[] =>
  count === 0
    ? []
    : [
        {
          rule: rules.credited,
          kind: 'unread',
          subject: '',
          about: `${about} payments`,
          detail: `MercadoLibre lists ${count} payments in a form that cannot be read`,
        },
      ];

async function everyPayment(ctx: Context, credential: Credential) {
  const payments: FoundPayment[] = [];
  const range = { from: new Date(ctx.now().getTime() - readMs), to: ctx.now(), limit: pageSize };
  let [unread, calls, offset, total] = [0, 0, 0, 1];
  while (offset < total) {
    const search = { ...range, offset };
    const page = await withToken(ctx, credential, token =>
      ctx.providers.mercadolibre.searchPayments(token, search, { signal: ctx.signal }),
    );
    for (const listed of page.payments) {
      if ('read' in listed) payments.push(listed.read);
      else unread += 1;
    }
    calls += 1;
    offset += page.payments.length;
    total = page.payments.length === 0 ? 0 : page.total;
  }
  return { payments, unread, calls };
}

/** Sums the payments of each sale: it may be paid in parts. Declined payments are left out. */
function salesOf(payments: readonly FoundPayment[]): ReportedSale[] {
  const came = payments.filter(({ orderId, standing }) => orderId && standing !== 'none' && standing !== 'unknown');
  return [...Map.groupBy(came, ({ orderId }) => orderId ?? '')].flatMap(([orderId, parts]) => {
    const [first] = parts;
    if (!first || parts.some(({ amount }) => amount.currency !== first.amount.currency)) return [];
    const { currency } = first.amount;
    const total = (amounts: readonly Money[]): Money => sum(amounts, currency);
    const fees = parts.flatMap(({ fee }) => fee ?? []);
    return [
      {
        orderId,
        soldAt: first.createdAt,
        gross: total(parts.map(({ amount }) => amount)),
        fee: fees.length === parts.length ? total(fees) : undefined,
        back: total(parts.map(({ refunded }) => refunded)),
      },
    ];
  });
}
