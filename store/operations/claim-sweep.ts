import type { EntityManager } from '../database/entity-manager.ts';

/** One sweep at a time, whichever process runs it. */
const sweepLock = 7_203_115;

/** True when no other transaction sweeps; until this one ends, no other does. */
export async function claimSweep(em: EntityManager): Promise<boolean> {
  const [lock] = await em.execute<{ mine: boolean }[]>('select pg_try_advisory_xact_lock(?) as mine', [sweepLock]);
  return lock?.mine ?? false;
}
