import { randomUUID } from 'node:crypto';
import type { CredentialId } from '../../domain/ids.ts';
import { holdsAccount, leaseAccount, renewLease, returnAccount } from '../../store/connections/shop-accounts.ts';
import { LostClaim } from '../../store/database/due-row.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Context } from '../context/context.ts';

/** How long the lease of a process that died lasts. */
const leaseMs = 20_000;
const renewMs = 5_000;

/** One account, leased for one visit of one run: two runs of the same order have two leases. */
export type HeldAccount = {
  /** Aborts when another run has, or may have, the account. */
  readonly lost: AbortSignal;
  /** Right before the click, in its transaction. @throws LostClaim */
  assertHeld(em: EntityManager): Promise<void>;
  giveBack(): Promise<void>;
};

/** Undefined while another visit has the account. */
export async function holdAccount(ctx: Context, id: CredentialId): Promise<HeldAccount | undefined> {
  const { store, config } = ctx;
  const holder = randomUUID();
  let until = performance.now() + leaseMs;
  if (!(await store.transaction(em => leaseAccount(em, id, holder, leaseMs)))) return undefined;
  const lost = new AbortController();
  const renew = async (): Promise<void> => {
    const askedAt = performance.now();
    // A process that was frozen comes here first when it wakes up: another run may have the account by now.
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
