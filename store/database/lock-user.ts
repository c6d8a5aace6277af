import type { UserId } from '../../domain/ids.ts';
import type { EntityManager } from './entity-manager.ts';

/** Until the transaction ends: whatever is decided by a user's money, accounts or rights is decided by one at a time. */
export async function lockUser(em: EntityManager, id: UserId): Promise<void> {
  await em.execute('select id from users where id = ? for no key update', [id]);
}
