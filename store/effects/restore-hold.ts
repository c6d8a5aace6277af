/** While the database is being restored, nothing leaves (`store/restore.ts`). */
import { NotNow } from '../../domain/call-outcome.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/** SQL: no restore holds all money. */
export const nothingHeld = 'not exists (select from restores where ended_at is null)';

export const heldByRestore = (): NotNow =>
  new NotNow('RESTORE_UNDER_WAY', 'the database was restored: nothing leaves before `npm run restore:check` ends it', {
    retryAfterMs: 60_000,
  });

/** @throws NotNow while a restore holds all money */
export async function refuseWhileRestoring(em: EntityManager): Promise<void> {
  const [row] = await em.execute<{ free: boolean }[]>(`select ${nothingHeld} as free`);
  if (!row?.free) throw heldByRestore();
}
