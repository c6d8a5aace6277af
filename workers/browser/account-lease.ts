import { randomUUID } from 'node:crypto';
import type { CredentialId } from '../../domain/ids.ts';
import { holdsAccount, leaseAccount, renewLease, returnAccount } from '../../store/connections/shop-accounts.ts';
import { LostClaim } from '../../store/database/due-row.ts';
import type { EntityManager } from '../../store/database/open.ts';
import type { Context } from '../context/context.ts';

/** Somebody who has died keeps an account for so long. */
const leaseMs = 20_000;
const renewMs = 5_000;

/** One account, for one visit of one run: two runs of the same order are two. */
export type HeldAccount = {
  /** Aborts when the account is, or may be, somebody else's. */
  readonly lost: AbortSignal;
  /** Right before the click, in its transaction. @throws LostClaim */
  assertHeld(em: EntityManager): Promise<void>;
  giveBack(): Promise<void>;
};

/** Nothing while another visit has it. */
export async function holdAccount(ctx: Context, id: CredentialId): Promise<HeldAccount | undefined> {
  const { store, config } = ctx;
  const holder = randomUUID();
  let until = performance.now() + leaseMs;
  if (!(await store.transaction(em => leaseAccount(em, id, holder, leaseMs)))) return undefined;
  const lost = new AbortController();
  const renew = async (): Promise<void> => {
    const askedAt = performance.now();
    // A process that was frozen comes here first when it wakes up: the account may be somebody else's by now.
    if (askedAt > until) return lost.abort();
    try {
      if (await store.transaction(em => renewLease(em, id, holder, leaseMs))) until = askedAt + leaseMs;
      else lost.abort();
    } catch (error) {
      ctx.log.warn({ err: error, credentialId: id }, 'lease not renewed; it ends by itself');
    }
  };
  const timer = setInterval(() => void renew(), renewMs);
  return {
    lost: lost.signal,
    async assertHeld(em) {
      if (!(await holdsAccount(em, id, holder))) throw new LostClaim(id);
    },
    async giveBack() {
      clearInterval(timer);
      await store.transaction(em => returnAccount(em, id, holder, config.browserPaceMs));
    },
  };
}
