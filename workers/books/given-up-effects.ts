import { Unreadable } from '../../domain/call-outcome.ts';
import { dayMs } from '../../domain/durations.ts';
import type { OrderId, ParcelId } from '../../domain/ids.ts';
import { formatMoney, negate } from '../../domain/money.ts';
import { hasComeBack } from '../../domain/payout-leg.ts';
import { reportsLagMs } from '../../domain/provider.ts';
import type { PayPalOrder } from '../../providers/paypal/order.ts';
import { longestReportMs, type Transaction } from '../../providers/paypal/reporting.ts';
import { paymentStateOf, refundStateOf } from '../../providers/paypal/to-domain.ts';
import { givenUpToCheck } from '../../store/books/rows-to-check.ts';
import { contradictionOf, keepContradiction } from '../../store/contradictions.ts';
import type { Effect } from '../../store/entities/money.ts';
import { paymentOfCapture } from '../../store/money/payments.ts';
import { isRefundKnown } from '../../store/money/refunds.ts';
import { findOrder } from '../../store/orders/orders.ts';
import { findParcel } from '../../store/orders/parcels.ts';
import { legsOfPayout } from '../../store/payouts/payouts-of-leg.ts';
import { atAccount } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { payoutRoute } from '../payout/choose-route.ts';
import { noticeChannel } from '../shipment/notice-channel.ts';
import { type Asked, followedSince, overRows, type Question, settledBy, Uncheckable } from './check-stage.ts';

const rule = 'nothing that was given up has happened after all';

/** Asks the provider once more about every effect that was given up, by a person or by the program. */
export const givenUp = overRows(
  'given up',
  (ctx, after, limit) => ctx.store.read(em => givenUpToCheck(em, { after, since: followedSince(ctx), limit })),
  async (ctx, effect, asked): Promise<Question[]> => {
    const subject = await orderOf(ctx, effect);
    return [{ rule, subject, about: effect.idempotencyKey, look: () => found(ctx, effect, asked) }];
  },
);

/** The order of an effect, whose subject is the order itself, a leg or a parcel. */
async function orderOf(ctx: Context, { id, purpose, subject }: Effect): Promise<string> {
  if (purpose === 'pay') return (await ctx.store.read(em => legsOfPayout(em, { id })))[0]?.orderId ?? '';
  if (purpose !== 'ship-notice') return subject;
  return (await ctx.store.read(em => findParcel(em, subject as ParcelId)))?.orderId ?? '';
}

/** If these happened although they were given up, they could be paid twice: a contradiction is kept for a person. */
const moneyOut: readonly Effect['purpose'][] = ['pay', 'refund'];

/** Describes an effect that happened after all; undefined once a person has entered its amount, which books it. */
async function found(ctx: Context, effect: Effect, asked: Asked): Promise<string | undefined> {
  const says = await happened(ctx, effect, asked);
  if (says === undefined) return undefined;
  const known = await ctx.store.read(em => contradictionOf(em, effect));
  if (known?.settled) return undefined;
  if (!known && moneyOut.includes(effect.purpose))
    await ctx.store.transaction(em => keepContradiction(em, effect, { says }));
  return says;
}

function happened(ctx: Context, effect: Effect, asked: Asked): Promise<string | undefined> {
  switch (effect.purpose) {
    case 'capture':
      return captured(ctx, effect);
    case 'refund':
      return refunded(ctx, effect);
    case 'pay':
      return paid(ctx, effect, asked);
    case 'buy':
      return bought(effect);
    case 'ship-notice':
      return reportedToChannel(ctx, effect);
  }
}

/**
 * The context of the account that the effect was sent with: "not found" at another account proves nothing.
 * @throws Uncheckable when we no longer have the keys of that account
 */
function atItsAccount(ctx: Context, provider: 'paypal' | 'payoneer', { account, idempotencyKey }: Effect): Context {
  try {
    return atAccount(ctx, provider, account);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new Uncheckable(`${idempotencyKey} was sent with the account ${account}, whose keys are not known any more`);
  }
}

async function payPalOrderOf(ctx: Context, effect: Effect): Promise<PayPalOrder | undefined> {
  const { paypal } = atItsAccount(ctx, 'paypal', effect).providers;
  const order = await ctx.store.read(em => findOrder(em, effect.subject as OrderId));
  if (!order?.externalOrderId) return undefined;
  return paypal.getOrder(order.externalOrderId, { signal: ctx.signal });
}

/** Reports a capture that is no payment here. One that is a payment is booked, even if its effect was given up. */
async function captured(ctx: Context, effect: Effect): Promise<string | undefined> {
  const taken = (await payPalOrderOf(ctx, effect))?.captures.filter(
    ({ status }) => paymentStateOf(status) !== 'DECLINED',
  );
  for (const { id: reference, amount } of taken ?? []) {
    if (!(await ctx.store.read(em => paymentOfCapture(em, reference))))
      return `PayPal has captured ${formatMoney(amount)} as ${reference}`;
  }
  return undefined;
}

async function refunded(ctx: Context, effect: Effect): Promise<string | undefined> {
  const order = await payPalOrderOf(ctx, effect);
  const made = order?.refunds.find(
    ({ customId, status }) => customId === effect.idempotencyKey && refundStateOf(status) !== 'FAILED',
  );
  if (!made) return undefined;
  const isKnown = await ctx.store.read(em => isRefundKnown(em, made.id));
  return isKnown ? undefined : `PayPal has given back ${formatMoney(made.amount)} as ${made.id}`;
}

async function paid(ctx: Context, effect: Effect, asked: Asked): Promise<string | undefined> {
  const name = effect.route === 'payoneer' ? 'payoneer' : 'paypal';
  const own = atItsAccount(ctx, name, effect);
  const route = payoutRoute(own, { route: name });
  const { reference } = (effect.result ?? {}) as { reference?: string };
  const known = reference ?? (route.name === 'payoneer' ? effect.idempotencyKey : undefined);
  if (known === undefined) return inReports(own, effect, asked);
  if (reference === undefined) assertRemembered(ctx, effect);
  const { state, rawStatus, missing, amount } = await route.stand(known);
  if (missing || hasComeBack(state)) return undefined;
  return `${route.label} has it as ${rawStatus}: ${formatMoney(amount ?? route.asked(effect.request))}`;
}

/** Payoneer does not document how long it finds a payout by our key: for an older one, "not found" proves nothing. */
const payoneerRemembersMs = 90 * dayMs;

function assertRemembered({ now }: Context, { idempotencyKey, firstSentAt }: Effect): void {
  if (now().getTime() - (firstSentAt?.getTime() ?? 0) > payoneerRemembersMs)
    throw new Uncheckable(`Payoneer may have forgotten ${idempotencyKey}: look it up in its list of payments`);
}

/** PayPal cannot search a batch by our key, but its reports show each payout with the label that we gave it. */
async function inReports(ctx: Context, effect: Effect, asked: Asked): Promise<string | undefined> {
  const from = new Date((effect.firstSentAt?.getTime() ?? 0) - 600_000);
  const to = new Date(Math.min(from.getTime() + longestReportMs, settledBy(ctx, asked, reportsLagMs).getTime()));
  if (to <= from) return undefined;
  const label = labelOf(effect);
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const report = await ctx.providers.paypal.listTransactions({ from, to, page }, { signal: ctx.signal });
    pages = report.pages;
    const found = report.transactions
      .flatMap(listed => ('read' in listed ? [listed.read] : []))
      .find(isPaymentOf(label));
    if (found) return `PayPal has paid ${formatMoney(negate(found.amount))} as ${found.id} (${found.status})`;
  }
  return undefined;
}

const isPaymentOf =
  (label: string) =>
  ({ customId, status, amount }: Transaction): boolean =>
    customId === label && amount.amountMinor < 0n && ['S', 'P'].includes(status);

function labelOf({ request, idempotencyKey }: Effect): string {
  const { items = [] } = JSON.parse(request) as { items?: { sender_item_id?: string }[] };
  return items[0]?.sender_item_id ?? idempotencyKey;
}

/** Codes of purchases given up on a person's word, which may be wrong; the supplier's own refusal is final. */
const byWordAlone: ReadonlySet<string> = new Set(['DECIDED_BY_PERSON', 'EFFECT_CONTRADICTED']);

async function bought({ route, account, idempotencyKey, firstSentAt, lastCode }: Effect): Promise<string | undefined> {
  if (!byWordAlone.has(lastCode ?? '')) return undefined;
  const when = firstSentAt?.toISOString().slice(0, 16).replace('T', ' ');
  const where =
    route === 'aliexpress-api' ? 'AliExpress finds no order by our key' : 'the website finds no order by our key';
  throw new Uncheckable(`${where} ${idempotencyKey}: look at the orders of ${account} from ${when} UTC on`);
}

async function reportedToChannel(ctx: Context, effect: Effect): Promise<string | undefined> {
  const parcel = await ctx.store.read(em => findParcel(em, effect.subject as ParcelId));
  if (!parcel || parcel.toldAt) return undefined;
  const order = await ctx.store.read(em => findOrder(em, parcel.orderId));
  if (!order) return undefined;
  const channel = await noticeChannel(ctx, order, parcel);
  if (channel.account !== effect.account)
    throw new Uncheckable(
      `${effect.idempotencyKey} was sent with the account ${effect.account}, which is not connected`,
    );
  const { answer } = await channel.find(effect.request);
  return answer === 'FOUND' ? `${order.channel} knows of parcel ${parcel.trackingNumber}` : undefined;
}
