/**
 * What can be done to an account after it was made: its password is changed by its owner, or reset by a link that works
 * once; it is switched off and on. Each of the first three ends the open sessions.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { lockUser } from '../database/lock-user.ts';
import { User } from '../entities/people.ts';
import { endSessions } from './sessions.ts';

export const resetHours = 24;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** `instead`: the hash that the new one must replace. `but`: the session in which the owner asks, which stays open. */
export type Change = { instead: string; but: string };

/** @returns false when another password was set meanwhile */
export async function setPassword(
  em: EntityManager,
  userId: UserId,
  passwordHash: string,
  { instead, but }: Partial<Change> = {},
): Promise<boolean> {
  const set = await em.execute<{ id: string }[]>(
    `update users set password_hash = ?, password_changed_at = clock_now()
     where id = ? and password_hash = coalesce(?, password_hash) returning id`,
    [passwordHash, userId, instead ?? null],
  );
  if (set.length === 0) return false;
  // A link that was not used yet would undo this change.
  await closeResets(em, userId);
  await endSessions(em, userId, but);
  return true;
}

const closeResets = (em: EntityManager, userId: UserId): Promise<unknown> =>
  em.execute('update password_resets set used_at = clock_now() where user_id = ? and used_at is null', [userId]);

export type Reset = { token: string; expiresAt: Date };

/** Makes a reset of the password, for the holder of the token; earlier resets are closed. */
export async function openReset(em: EntityManager, userId: UserId, madeBy: string): Promise<Reset> {
  const token = randomBytes(32).toString('base64url');
  // Two that are opened at the same moment wait for each other here.
  await lockUser(em, userId);
  await closeResets(em, userId);
  const [row] = await em.execute<{ expires: string }[]>(
    `insert into password_resets (token_hash, user_id, made_by, expires_at)
     values (?, ?, ?, clock_now() + ? * interval '1 hour') returning expires_at::text as expires`,
    [hashOf(token), userId, madeBy, resetHours],
  );
  if (!row) throw new Error('a reset was not stored');
  return { token, expiresAt: new Date(row.expires) };
}

/** Uses up a reset. @returns its user, whose row stays locked; null when it was used, has expired, or never existed */
export async function takeReset(em: EntityManager, token: string): Promise<User | null> {
  const [row] = await em.execute<{ user_id: UserId }[]>(
    `select r.user_id from password_resets r join users u on u.id = r.user_id
     where r.token_hash = ? and r.used_at is null and r.expires_at > clock_now() and u.disabled_at is null
     for update of r`,
    [hashOf(token)],
  );
  return row ? em.findOne(User, { id: row.user_id }) : null;
}

export type Switched = { user: User } | { refused: 'LAST_ADMIN' | 'NO_SUCH_USER' };

/** Nobody can log in to it any more, and its sessions end; its orders and payouts go on. The last admin stays. */
export async function switchOff(em: EntityManager, userId: UserId): Promise<Switched> {
  // Two admins who switch each other off at the same moment wait for each other here.
  const admins = await em.execute<{ id: string }[]>(
    `select id from users where role = 'admin' and disabled_at is null order by id for update`,
  );
  if (admins.length === 1 && admins[0]?.id === userId) return { refused: 'LAST_ADMIN' };
  await em.execute('update users set disabled_at = coalesce(disabled_at, clock_now()) where id = ?', [userId]);
  await closeResets(em, userId);
  await endSessions(em, userId);
  return found(em, userId);
}

export async function switchOn(em: EntityManager, userId: UserId): Promise<Switched> {
  await em.execute('update users set disabled_at = null where id = ?', [userId]);
  return found(em, userId);
}

async function found(em: EntityManager, id: UserId): Promise<Switched> {
  const user = await em.findOne(User, { id }, { refresh: true });
  return user ? { user } : { refused: 'NO_SUCH_USER' };
}

export type Account = Pick<User, 'id' | 'email' | 'role' | 'createdAt' | 'disabledAt'> & {
  sessions: number;
  lastLogInAt: Date | null;
  /** Refused log-ins since the last one that got in. */
  refusedSince: number;
};

/** The accounts there are, the oldest first. */
export async function accounts(em: EntityManager, { limit, offset }: { limit: number; offset: number }) {
  const rows = await em.execute<AccountRow[]>(
    `select u.id, u.email, u.role, u.created_at::text as created, u.disabled_at::text as disabled,
       (select count(*)::int from sessions s where s.user_id = u.id and s.ended_at is null and s.expires_at > clock_now()) as sessions,
       l.at::text as last,
       (select count(*)::int from operator_audit a where a.operator = u.email and a.action in ('log in', 'confirm the password')
          and a.outcome like 'denied%' and a.id > coalesce(l.id, 0)) as refused
     from users u left join lateral (
       select id, at from operator_audit where operator = u.email and action = 'log in' and outcome = 'done'
       order by id desc limit 1) l on true
     order by u.created_at, u.id limit ? offset ?`,
    [limit, offset],
  );
  return rows.map(accountOf);
}

type AccountRow = Pick<Account, 'id' | 'email' | 'role' | 'sessions'> & {
  created: string;
  disabled: string | null;
  last: string | null;
  refused: number;
};

const accountOf = ({ created, disabled, last, refused, ...row }: AccountRow): Account => ({
  ...row,
  createdAt: new Date(created),
  disabledAt: disabled === null ? null : new Date(disabled),
  lastLogInAt: last === null ? null : new Date(last),
  refusedSince: refused,
});
