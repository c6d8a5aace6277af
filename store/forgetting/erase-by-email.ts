/** A buyer wants to be forgotten in all orders that name their e-mail address, each in a transaction of its own. */
import type { OrderId, UserId } from '../../domain/ids.ts';
import { SecretBoxError } from '../../runtime/secrets/secret-box.ts';
import type { Store } from '../database/open.ts';
import { isDatabaseAway } from '../database/unavailable.ts';
import { forgetBuyer, holdText, lockLines } from './erasure.ts';
import type { ErasureHold } from './erasure-hold.ts';
import { askToForget } from './erasure-requests.ts';

/** Why somebody is forgotten who has asked for it. */
export const atTheirWish = 'at the wish of the buyer';

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
    const held = await store.transaction(async em =>
      forgetBuyer(em, await lockLines(em, id), { why: atTheirWish, by }),
    );
    return held && { code: held.code, note: holdText(id, held), until: held.until };
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    const said = error instanceof SecretBoxError ? error.code : error instanceof Error ? error.name : 'unknown';
    return { code: 'ERASURE_FAILED', note: `it failed (${said}), and is tried again every hour`, until: null };
  }
}
