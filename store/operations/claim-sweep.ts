import type { EntityManager } from '../database/entity-manager.ts';

/** One sweep at a time, over all processes. */
const sweepLock = 7_203_115;

/** Returns true when no other transaction sweeps; none starts before this one ends. */
export async function claimSweep(em: EntityManager): Promise<boolean> {
  const [lock] = await em.execute<{ mine: boolean }[]>('select pg_try_advisory_xact_lock(?) as mine', [sweepLock]);
  return lock?.mine ?? false;
}
