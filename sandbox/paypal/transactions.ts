import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { link } from './links.ts';
import { moneyOf } from './money.ts';
import { refusal } from './refusals.ts';
import type { Capture, CaptureStatus, PayoutItem, PayoutItemStatus, Refund } from './state.ts';

/** What happened so lately is in no report yet. */
const lagMs = 3 * 3_600_000;
const longestRangeMs = 31 * 86_400_000;
const threeYearsMs = 3 * 365 * 86_400_000;
const mostPerPage = 500;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

type Movement = {
  readonly id: string;
  readonly code: string;
  readonly status: 'S' | 'P' | 'D' | 'V';
  readonly at: string;
  readonly minor: bigint;
  readonly feeMinor?: bigint;
  readonly currency: string;
  readonly custom?: string | undefined;
  /** What it belongs to. */
  readonly of?: string;
};

/** `GET /v1/reporting/transactions`: hours late, a month at once, the newest first. */
export function listTransactions(world: World, call: Call): Answer {
  const [from, to] = [timeOf(call, 'start_date'), timeOf(call, 'end_date')];
  if (to < from || to - from > longestRangeMs) throw invalid('end_date', 'Date range is greater than 31 days');
  if (from < world.clock.now() - threeYearsMs) throw invalid('start_date', 'Start date is more than 3 years ago');
  const size = wholeNumber(call, 'page_size', 100, mostPerPage);
  const page = wholeNumber(call, 'page', 1, 2_147_483_647);
  const known = world.clock.now() - lagMs;
  const found = movementsOf(world)
    .filter(({ at }) => Date.parse(at) >= from && Date.parse(at) <= Math.min(to, known))
    .toSorted((a, b) => b.at.localeCompare(a.at));
  return {
    status: 200,
    body: {
      transaction_details: found.slice((page - 1) * size, page * size).map(detailOf),
      account_number: 'TL5D6XGZK8Q2M',
      start_date: seconds(from),
      end_date: seconds(to),
      last_refreshed_datetime: seconds(known),
      page,
      total_items: found.length,
      total_pages: Math.ceil(found.length / size),
      links: [link(world, `${call.path}?${call.query}`, 'self')],
    },
  };
}

const seconds = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;

function movementsOf({ state: { paypal } }: World): Movement[] {
  const captures = [...paypal.captures.values()];
  const reversed = new Set(captures.filter(({ status }) => status === 'REVERSED').map(({ id }) => id));
  return [
    ...captures.map(captured),
    ...[...paypal.refunds.values()].map(refund => refunded(refund, reversed.has(refund.captureId))),
    ...[...paypal.items.values()].flatMap(paidOut),
  ];
}

const captureWords: Readonly<Record<CaptureStatus, Movement['status']>> = {
  COMPLETED: 'S',
  PARTIALLY_REFUNDED: 'S',
  REFUNDED: 'S',
  REVERSED: 'V',
  PENDING: 'P',
  DECLINED: 'D',
  FAILED: 'D',
};

const captured = ({ id, status, createdAt: at, amountMinor, feeMinor, currency, customId }: Capture): Movement => ({
  id,
  code: 'T0006',
  status: captureWords[status],
  at,
  minor: amountMinor,
  feeMinor: -feeMinor,
  currency,
  custom: customId,
});

const refunded = (refund: Refund, byPayPal: boolean): Movement => ({
  id: refund.id,
  code: byPayPal ? 'T1106' : 'T1107',
  status: 'S',
  at: refund.createdAt,
  minor: -refund.amountMinor,
  currency: refund.currency,
  custom: refund.customId,
  of: refund.captureId,
});

const itemWords: Readonly<Record<PayoutItemStatus, Movement['status']>> = {
  SUCCESS: 'S',
  PENDING: 'P',
  UNCLAIMED: 'P',
  ONHOLD: 'P',
  RETURNED: 'V',
  REFUNDED: 'V',
  REVERSED: 'V',
  FAILED: 'D',
  BLOCKED: 'D',
  DENIED: 'D',
};

/** A payout is one once it was processed; it carries its sender's own label. */
function paidOut({
  transactionId,
  status,
  processedAt,
  amountMinor,
  feeMinor,
  currency,
  sent,
}: PayoutItem): Movement[] {
  if (processedAt === undefined) return [];
  const { sender_item_id: label } = sent;
  return [
    {
      id: transactionId,
      code: 'T0001',
      status: itemWords[status],
      at: processedAt,
      minor: -amountMinor,
      feeMinor: -feeMinor,
      currency,
      custom: typeof label === 'string' ? label : undefined,
    },
  ];
}

const detailOf = ({ id, code, status, at, minor, feeMinor, currency, custom, of }: Movement) => ({
  transaction_info: {
    transaction_id: id,
    ...(of === undefined ? {} : { paypal_reference_id: of, paypal_reference_id_type: 'TXN' }),
    transaction_event_code: code,
    transaction_initiation_date: seconds(Date.parse(at)),
    transaction_updated_date: seconds(Date.parse(at)),
    transaction_amount: moneyOf(minor, currency),
    ...(feeMinor === undefined ? {} : { fee_amount: moneyOf(feeMinor, currency) }),
    transaction_status: status,
    ...(custom === undefined ? {} : { custom_field: custom }),
    protection_eligibility: '02',
  },
});

function timeOf({ query }: Call, name: string): number {
  const text = query.get(name) ?? '';
  if (!time.test(text)) throw invalid(name, 'Invalid date passed');
  return Date.parse(text);
}

function wholeNumber({ query }: Call, name: string, fallback: number, most: number): number {
  const value = Number(query.get(name) ?? fallback);
  if (!Number.isInteger(value) || value < 1 || value > most) throw invalid(name, 'Invalid value');
  return value;
}

const invalid = (field: string, issue: string) =>
  refusal(400, 'INVALID_REQUEST', [{ field, location: 'query', issue }]);
