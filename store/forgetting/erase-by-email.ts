/** Erases a buyer in all orders that name an e-mail address, each order in a transaction of its own. */
import type { OrderId, UserId } from '../../domain/ids.ts';
import { SecretBoxError } from '../../runtime/secrets/secret-box.ts';
import type { Store } from '../database/open.ts';
import { isDatabaseAway } from '../database/unavailable.ts';
import { atTheirWish, forgetBuyer, holdText, lockLines } from './erasure.ts';
import type { ErasureHold } from './erasure-hold.ts';
import { askToForget } from './erasure-requests.ts';

/**
 * `ERASURE_FAILED`: the program failed, for example because the address could not be decrypted. The job logs why and
 * tries again.
 */
export type WaitingErasure = { readonly id: OrderId } & Omit<ErasureHold, 'code'> & {
    readonly code: ErasureHold['code'] | 'ERASURE_FAILED';
  };
export type ErasedBuyer = { readonly erased: readonly OrderId[]; readonly waiting: readonly WaitingErasure[] };

/**
 * Orders that must wait are erased automatically once nothing holds them. A failure in one does not stop the others.
 */
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
