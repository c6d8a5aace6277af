/**
 * A buyer wants to be forgotten, at whatever channel they bought: in one order, or in all that name their e-mail
 * address. What holds an order is judged in `store/erasure-hold.ts`, for every door and for what is forgotten by itself.
 */
import Joi from 'joi';
import type { OrderId, UserId } from '../../domain/ids.ts';
import { SecretBoxError } from '../../runtime/secret-box.ts';
import { isDatabaseAway } from '../../store/database-away.ts';
import { forgetBuyer, type LineHold, lockLines } from '../../store/erasure.ts';
import type { ErasureHold } from '../../store/erasure-hold.ts';
import { askToForget } from '../../store/erasure-requests.ts';
import type { EntityManager, Store } from '../../store/open.ts';
import { refusal } from './decision.ts';

const why = 'at the wish of the buyer';

/** The address may be written in any way. */
export const askedEmail = Joi.object<{ readonly email: string }>({
  email: Joi.string().trim().email({ tlds: false }).max(256).required(),
});

/**
 * The other lines of the same marketplace order name the same buyer: all of them are erased, or none. Gives them. Again
 * is harmless. @throws DecisionRefused with what holds one of them, or NOT_FOUND
 */
export async function eraseBuyerOf(em: EntityManager, id: OrderId, by: UserId): Promise<readonly OrderId[]> {
  const lines = await lockLines(em, id);
  if (lines.length === 0) throw refusal('NOT_FOUND', 'there is no such order');
  const held = await forgetBuyer(em, lines, { why, by });
  if (held) throw refusal(held.code, `${of(id, held)}${untilOf(held)}`);
  return lines.map(line => line.id);
}

const of = (id: OrderId, { line, note }: LineHold): string => (line === id ? note : `line ${line}: ${note}`);
const untilOf = ({ until }: ErasureHold): string => (until ? `, until ${until.toISOString()}` : '');

/** `ERASURE_FAILED`: our program broke at it, as where its address does not open; the job tries again, and logs why. */
export type WaitingErasure = { readonly id: OrderId } & Omit<ErasureHold, 'code'> & {
    readonly code: ErasureHold['code'] | 'ERASURE_FAILED';
  };
export type ErasedBuyer = { readonly erased: readonly OrderId[]; readonly waiting: readonly WaitingErasure[] };

/** Those that wait are erased by themselves when nothing holds them any more. One that breaks keeps no other. */
export async function eraseBuyerByEmail(store: Store, email: string, by: UserId): Promise<ErasedBuyer> {
  const ids = await store.transaction(em => askToForget(em, email));
  const erased: OrderId[] = [];
  const waiting: WaitingErasure[] = [];
  for (const id of ids) {
    const held = await forgotten(store, id, by);
    if (held) waiting.push({ id, ...held });
    else erased.push(id);
  }
  return { erased, waiting };
}

async function forgotten(store: Store, id: OrderId, by: UserId): Promise<Omit<WaitingErasure, 'id'> | null> {
  try {
    const held = await store.transaction(async em => forgetBuyer(em, await lockLines(em, id), { why, by }));
    return held && { code: held.code, note: of(id, held), until: held.until };
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    const said = error instanceof SecretBoxError ? error.code : error instanceof Error ? error.name : 'unknown';
    return { code: 'ERASURE_FAILED', note: `it failed (${said}), and is tried again every hour`, until: null };
  }
}
