/**
 * A session is a row: begun by a log-in at one of the two doors (the api, the dashboard), checked with each request,
 * ended by its owner, by an admin, by a new password, by switching the account off, or by time: some hours after its
 * beginning, and after its last request (OWASP ASVS 7.3). All times are the database's; the token expires by itself
 * too.
 */
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Role, User } from '../entities/people.ts';
import { normalEmail } from './users.ts';

export type Door = 'api' | 'dashboard';

export const sessionLengths: Readonly<Record<Door, { seconds: number; idleSeconds: number }>> = {
  api: { seconds: 12 * 3600, idleSeconds: 4 * 3600 },
  dashboard: { seconds: 8 * 3600, idleSeconds: 3600 },
};

/** How long an ended session is kept: sessions show from which addresses an account is used. */
const keptDays = 90;
const agentLengthMax = 200;

/** Where a log-in comes from: the address, as limits count it, and the name of the browser or program. */
export type LogInPlace = { source: string; agent: string };
export type Person = { readonly userId: UserId; readonly role: Role; readonly email: string };

/** The user whose password was right, as read when it was checked. */
export type Checked = Pick<User, 'id' | 'passwordHash'>;

/**
 * @returns the session's id; undefined when password or account have changed since the password was checked, which
 * takes time
 */
export async function beginSession(
  em: EntityManager,
  door: Door,
  { id: userId, passwordHash }: Checked,
  { source, agent }: LogInPlace,
): Promise<string | undefined> {
  await em.execute(`delete from sessions where expires_at < clock_now() - ? * interval '1 day'`, [keptDays]);
  const [begun] = await em.execute<{ id: string }[]>(
    `with owner as (
       select id, role from users where id = ? and password_hash = ? and disabled_at is null for no key update
     )
     insert into sessions (id, user_id, door, role, source, agent, expires_at)
     select ?, id, ?, role, ?, ?, clock_now() + ? * interval '1 second' from owner returning id`,
    [userId, passwordHash, randomUUID(), door, source, agent.slice(0, agentLengthMax), sessionLengths[door].seconds],
  );
  return begun?.id;
}

/**
 * The user of a session, while it is valid; it is marked as seen, once a minute at most.
 * @param byPerson false when a page refreshes by itself, which does not count as use of the session
 */
export async function standingSession(
  em: EntityManager,
  door: Door,
  id: string,
  byPerson = true,
): Promise<Person | undefined> {
  const [person] = await em.execute<Person[]>(
    `with standing as (
       select u.id, u.role, u.email, s.seen_at from sessions s join users u on u.id = s.user_id
       where s.id = ? and s.door = ? and s.ended_at is null and u.disabled_at is null and s.role = u.role
         and s.expires_at > clock_now() and s.seen_at > clock_now() - ? * interval '1 second'
     ), seen as (
       update sessions set seen_at = clock_now()
       where id = ? and ? and (select seen_at < clock_now() - interval '1 minute' from standing)
     )
     select id as "userId", role, email from standing`,
    [id, door, sessionLengths[door].idleSeconds, id, byPerson],
  );
  return person;
}

/** Ends a session early; a repetition is harmless. False when the user has no such open session. */
export async function endSession(em: EntityManager, id: string, userId: UserId): Promise<boolean> {
  const ended = await em.execute<{ id: string }[]>(
    `update sessions set ended_at = clock_now()
     where id = ? and user_id = ? and ended_at is null and expires_at > clock_now() returning id`,
    [id, userId],
  );
  return ended.length > 0;
}

/** Ends all sessions of a user, but the one in which they ask for it. @returns how many there were */
export async function endSessions(em: EntityManager, userId: UserId, but?: string): Promise<number> {
  const ended = await em.execute<{ id: string }[]>(
    `update sessions set ended_at = clock_now()
     where user_id = ? and id is distinct from ?::uuid and ended_at is null and expires_at > clock_now() returning id`,
    [userId, but ?? null],
  );
  return ended.length;
}

export type OpenSession = { id: string; door: Door; source: string; agent: string; begunAt: Date; seenAt: Date };

/** Where somebody is logged in, the last used first. */
export async function openSessions(em: EntityManager, userId: UserId): Promise<OpenSession[]> {
  const rows = await em.execute<(Omit<OpenSession, 'begunAt' | 'seenAt'> & { begun: string; seen: string })[]>(
    `select id, door, source, agent, begun_at::text as begun, seen_at::text as seen from sessions
     where user_id = ? and ended_at is null and expires_at > clock_now()
       and seen_at > clock_now() - interval '1 second' * case door when 'api' then ?::int else ?::int end
     order by seen_at desc, id limit 100`,
    [userId, sessionLengths.api.idleSeconds, sessionLengths.dashboard.idleSeconds],
  );
  return rows.map(({ begun, seen, ...row }) => ({ ...row, begunAt: new Date(begun), seenAt: new Date(seen) }));
}

/** Whether the account of that e-mail address has logged in from this place before. */
export async function isKnownPlace(em: EntityManager, email: string, source: string): Promise<boolean> {
  const [row] = await em.execute<{ known: boolean }[]>(
    `select exists (select from users u join sessions s on s.user_id = u.id
                    where u.email = ? and s.source = ?) as known`,
    [normalEmail(email), source],
  );
  return row?.known ?? false;
}
