/** What a line of an order's timeline says to programs, beside its sentence. */
import type { Json } from './json.ts';

export type LineKind = 'moved' | 'tried' | 'effect' | 'noted';

/** What may be asked for in SQL, and lies open: ids, codes, states, amounts and times. */
const factNames = [
  ...['from', 'to', 'legFrom', 'legTo', 'beneficiary', 'reason', 'code', 'topic', 'status', 'step', 'generation'],
  ...['key', 'provider', 'reference', 'order', 'line', 'paypalOrder', 'orders', 'numbers', 'refund', 'dispute', 'sale'],
  ...['leg', 'batch', 'collected', 'jobs', 'by', 'seenBy', 'bearer', 'amount', 'setOff'],
  ...['decision', 'supplierOrders', 'paid', 'cost', 'returned', 'lost'],
] as const;
type FactName = (typeof factNames)[number];

/** What a provider answered or a notification claimed: it may name a buyer. */
type WordName = 'evidence' | 'answer';

/** What a line was noted for, so that it is found again: of our own making, and nobody's words. */
export type Topic =
  | 'confirmed-late'
  | 'fee-currency'
  | 'payment-deadline'
  | 'money-came-again'
  | 'supplier'
  | 'tracking-obstacle'
  | 'tracking-reconnect'
  | `${'absent' | 'program-error' | 'unreadable'}/${string}`
  | `ship-notice-${string}`
  | `waits for ${string}/${number}`;

export type LineDetail = { readonly [Name in Exclude<FactName, 'topic'> | WordName]?: Json | undefined } & {
  readonly topic?: Topic;
};

/** Stored detail: earlier releases knew other names. */
export type StoredDetail = Readonly<Record<string, unknown>>;

const amount = /^-?\d+(?:\.\d+)? [A-Z]{3}$/;
/** Of ASCII, without an at sign: no name that is written otherwise, and no e-mail address. */
const word = /^[\w.:+/#-]{0,128}$/;

/** A code that a provider sent is one only as long as it is a single word. */
function isWordless(value: unknown): boolean {
  if (typeof value === 'string') return word.test(value) || amount.test(value);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).every(([name, inner]) => word.test(name) && isWordless(inner));
  return true;
}

/** Topics of earlier releases repeated what a supplier had said. */
const isTopic = (value: unknown): boolean => typeof value === 'string' && !value.startsWith('supplier/');

const names: ReadonlySet<string> = new Set<FactName>(factNames);
const isFact = ([name, value]: [string, unknown]): boolean =>
  name === 'topic' ? isTopic(value) : names.has(name) && isWordless(value);

/** What may lie open, and what is sealed with the sentence; null where there is nothing to seal. */
export function splitDetail(detail: StoredDetail): { facts: StoredDetail; told: StoredDetail | null } {
  const { facts = [], told } = Object.groupBy(Object.entries(detail), entry => (isFact(entry) ? 'facts' : 'told'));
  return { facts: Object.fromEntries(facts), told: told ? Object.fromEntries(told) : null };
}
