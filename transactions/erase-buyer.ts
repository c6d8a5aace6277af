/**
 * Erases the buyer of one order at the buyer's request, on any channel. `store/forgetting/erasure-hold.ts` decides what
 * delays an erasure, for requests and for scheduled erasure alike.
 */
import Joi from 'joi';
import type { OrderId, UserId } from '../domain/ids.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import { atTheirWish, forgetBuyer, holdText, lockLines } from '../store/forgetting/erasure.ts';
import type { ErasureHold } from '../store/forgetting/erasure-hold.ts';
import { refusal } from './decision-refused.ts';

/** Matched in its normal form, however it is written. */
export const askedEmail = Joi.object<{ readonly email: string }>({
  email: Joi.string().trim().email({ tlds: false }).max(256).required(),
});

/**
 * The other lines of the same marketplace order name the same buyer: all of them are erased, or none. Returns their
 * ids. Idempotent. @throws DecisionRefused with what delays one of them, or NOT_FOUND
 */
export async function eraseBuyerOf(em: EntityManager, id: OrderId, by: UserId): Promise<readonly OrderId[]> {
  const lines = await lockLines(em, id);
  if (lines.length === 0) throw refusal('NOT_FOUND', 'there is no such order');
  const held = await forgetBuyer(em, lines, { why: atTheirWish, by });
  if (held) throw refusal(held.code, `${holdText(id, held)}${untilOf(held)}`);
  return lines.map(line => line.id);
}

const untilOf = ({ until }: ErasureHold): string => (until ? `, until ${until.toISOString()}` : '');
