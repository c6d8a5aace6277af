/**
 * Notices for users, a row per address, which its user reads in the account. Nothing is sent yet: `sent_at` is for a
 * future sender of mail.
 */
import type { UserId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/entity-manager.ts';

type NoticeKind = 'payout-receiver-changes';
export type Notice = { address: string; kind: NoticeKind; facts: Readonly<Record<string, string>>; at: Date };

export async function tell(
  em: EntityManager,
  userId: UserId,
  { address, kind, facts }: Omit<Notice, 'at'>,
): Promise<void> {
  await em.execute('insert into notices (user_id, address, kind, facts) values (?, ?, ?, ?::jsonb)', [
    userId,
    address,
    kind,
    JSON.stringify(facts),
  ]);
}

const shown = 50;

/** The newest first. */
export async function noticesOf(em: EntityManager, userId: UserId): Promise<Notice[]> {
  const rows = await em.execute<(Omit<Notice, 'at'> & { at: string })[]>(
    'select address, kind, facts, at::text from notices where user_id = ? order by id desc limit ?',
    [userId, shown],
  );
  return rows.map(row => ({ ...row, at: new Date(row.at) }));
}
