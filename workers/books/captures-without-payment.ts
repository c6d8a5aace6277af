import { dayMs } from '../../domain/durations.ts';
import { formatMoney } from '../../domain/money.ts';
import { reportsLagMs } from '../../domain/provider.ts';
import { longestReportMs, type Transaction } from '../../providers/paypal/reporting.ts';
import type { Finding } from '../../store/books/book-findings.ts';
import { firstPayPalOrderAt, knownCaptures } from '../../store/books/rows-to-check.ts';
import type { Context } from '../context/context.ts';
import { difference, followedSince, type Matter, notKnown, type Slice, type Stage, settledBy } from './check-stage.ts';

const rule = 'each capture at PayPal is a payment here';

/** The next page to read, of the report that begins at `from`. As a cursor: `2026-11-01T00:00:00.000Z/2`. */
type Place = { readonly from: Date; readonly page: number };
const toCursor = ({ from, page }: Place): string => `${from.toISOString()}/${page}`;
function placeOf(cursor: string): Place {
  const [from = '', page] = cursor.split('/');
  return { from: new Date(from), page: Number(page) };
}

/** Reads PayPal's reports for captures of our orders: each must be a payment here. */
export const payPalCaptures: Stage = {
  name: 'paypal captures',
  async read(ctx, asked) {
    const place = asked.cursor === null ? await beginning(ctx) : placeOf(asked.cursor);
    const settled = settledBy(ctx, asked, reportsLagMs);
    if (!place || place.from >= settled) return { findings: [], asked: 0, next: null };
    const end = new Date(place.from.getTime() + longestReportMs);
    const to = new Date(Math.min(end.getTime(), settled.getTime()));
    const of = { rule, subject: '', about: toCursor(place) } as const;
    const after = (pages: number): string =>
      toCursor(place.page < pages ? { ...place, page: place.page + 1 } : { from: end, page: 1 });
    try {
      const { transactions, pages } = await ctx.providers.paypal.listTransactions(
        { from: place.from, to, page: place.page },
        { signal: ctx.signal },
      );
      const read = transactions.flatMap(listed => ('read' in listed ? [listed.read] : []));
      const unread = transactions.flatMap((listed, index) => ('unread' in listed ? unreadable(of, index) : []));
      return { findings: [...unread, ...(await unknownHere(ctx, read))], asked: 1, next: after(pages) };
    } catch (error) {
      return { findings: [notKnown(of, error, asked)], asked: 1, next: after(0) } satisfies Slice;
    }
  },
};

const unreadable = (of: Matter, index: number): Finding[] => [
  {
    ...of,
    kind: 'unread',
    about: `${of.about} ${index}`,
    detail: 'PayPal lists a movement in a form that cannot be read',
  },
];

/** The first report to read: from a day before the first PayPal order. Undefined where there is no PayPal order. */
async function beginning(ctx: Context): Promise<Place | undefined> {
  const first = await ctx.store.read(firstPayPalOrderAt);
  if (!first) return undefined;
  return { from: new Date(Math.max(first.getTime() - dayMs, followedSince(ctx).getTime())), page: 1 };
}

/** Our payments carry the order's id as `customId`; a payment without one is other business of the account. */
const ourName = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const isCapture = ({ eventCode, status, amount, customId = '' }: Transaction): boolean =>
  eventCode.startsWith('T00') && amount.amountMinor > 0n && ['S', 'P'].includes(status) && ourName.test(customId);

async function unknownHere(ctx: Context, listed: readonly Transaction[]): Promise<Finding[]> {
  const captures = listed.filter(isCapture);
  const ids = captures.map(({ id }) => id);
  const known = await ctx.store.read(em => knownCaptures(em, ids));
  return captures
    .filter(({ id }) => !known.has(id))
    .map(({ id: about, amount, customId: subject = '' }) =>
      difference(
        { rule, subject, about },
        `PayPal has captured ${formatMoney(amount)} as ${about}, and we have no payment for it`,
      ),
    );
}
