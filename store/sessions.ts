import type { UserId } from '../domain/ids.ts';
import type { Role } from './entities/people.ts';
import type { EntityManager } from './open.ts';

/** The role that a session's user has now; none when it was logged out, or its user is no more. */
export async function standingRole(em: EntityManager, sessionId: string, userId: UserId): Promise<Role | undefined> {
  const [user] = await em.execute<{ role: Role }[]>(
    'select role from users where id = ? and not exists (select from revoked_sessions where id = ?)',
    [userId, sessionId],
  );
  return user?.role;
}

/** Ends a session before its time; again is harmless. What has ended by itself need not be remembered. */
export async function revokeSession(em: EntityManager, sessionId: string, expiresAt: Date): Promise<void> {
  await em.execute('delete from revoked_sessions where expires_at < clock_now()');
  await em.execute('insert into revoked_sessions (id, expires_at) values (?, ?) on conflict (id) do nothing', [
    sessionId,
    expiresAt,
  ]);
}
