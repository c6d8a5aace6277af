/**
 * The idempotency keys of outside effects, derived from the names that the outside uses. A database that was restored
 * from a backup, and has forgotten an effect, derives the same key again, and the provider recognises it.
 *
 *   order   channel, environment, account that sold it, the channel's order and line
 *   leg     order, ordinal of its sale, beneficiary, and which part of the share
 *   parcel  order, tracking number
 *   several paid in one: the names of all
 *
 * No data of ours goes in: no row's id, no time, no attempt. An effect that exists keeps the key that it was given.
 */
import { createHash } from 'node:crypto';
import type { Brand } from './ids.ts';
import type { Beneficiary } from './payout-leg.ts';
import type { Channel } from './sale-channel.ts';

/** What the outside calls a thing; two things never share one. */
export type OutsideName = Brand<string, 'OutsideName'>;

/** As JSON: no two lists of parts give the same text. */
const named = (...parts: readonly (string | number)[]): OutsideName => JSON.stringify(parts) as OutsideName;

export type SoldLine = {
  readonly channel: Channel;
  /** Of the account that sold it; PayPal's orders have a number of their own, whichever application asks. */
  readonly seller?: { readonly environment: string; readonly accountId: string };
  readonly externalOrderId: string;
  readonly externalLineId: string;
};

export const orderName = ({ channel, seller, externalOrderId, externalLineId }: SoldLine): OutsideName =>
  named('order', channel, seller?.environment ?? '', seller?.accountId ?? '', externalOrderId, externalLineId);

/**
 * @param saleOrdinal 1 for the first sale of the order, 2 for that after the supplier has taken the goods back
 * @param part 1 for the share as the sale was booked, 2 for what was owed again after that was paid
 */
export const legName = (order: OutsideName, saleOrdinal: number, beneficiary: Beneficiary, part = 1): OutsideName =>
  named('leg', order, saleOrdinal, beneficiary, ...(part > 1 ? [part] : []));

export const parcelName = (order: OutsideName, trackingNumber: string): OutsideName =>
  named('parcel', order, trackingNumber);

/** The name of several things that one call does together, whatever order they come in. */
export const collectedName = (members: readonly OutsideName[]): OutsideName =>
  named('collected', ...members.toSorted());

const prefixes = { buy: '', pay: 'leg-', refund: 'refund-', 'ship-notice': 'ship-' } as const;

/**
 * The key of one generation: a name-based UUID (RFC 9562, version 8, of a SHA-256) between the purpose and the number.
 * At most 46 characters of `[a-z0-9-]`, which every provider takes (PayPal-Request-Id 108, sender_batch_id 256).
 */
export function effectKey(purpose: keyof typeof prefixes, name: OutsideName, generation: number): string {
  return `${prefixes[purpose]}${uuidOf(named(purpose, name))}-${generation}`;
}

function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
