/**
 * Browser log-ins at the supplier's shop. An account is bought with by one order at a time (a lease, which ends by
 * itself when its holder has died), and by nobody while it is paused.
 */
import type { CredentialId, UserId } from '../../domain/ids.ts';
import type { SecretBox } from '../../runtime/secrets/secret-box.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { sealedPlace } from '../database/sealed-columns.ts';
import type { Credential } from '../entities/people.ts';

export type Cookie = {
  name: string;
  value: string;
  domain: string;
  path: string;
  expires: number;
  /** Browsers accept some cookies only with their attributes: `__Host-…` is refused when it is not secure. */
  secure?: boolean;
  httpOnly?: boolean;
  sameSite?: 'Strict' | 'Lax' | 'None' | 'Default';
};
type ShopSecrets = { password: string; cookies: readonly Cookie[] };
export type ShopAccount = { id: CredentialId; pausedFor: string | null; sealed: string };

const place = (id: CredentialId): string => sealedPlace('shop_accounts', id);

export const openShopSecrets = (box: SecretBox, { id, sealed }: ShopAccount): ShopSecrets =>
  JSON.parse(box.open(sealed, place(id))) as ShopSecrets;

/** A new password ends the old session, and the pause: a person has looked after the account. */
export async function keepShopLogin(
  em: EntityManager,
  box: SecretBox,
  id: CredentialId,
  password: string,
): Promise<void> {
  const sealed = box.seal(JSON.stringify({ password, cookies: [] } satisfies ShopSecrets), place(id));
  await em.execute(
    `insert into shop_accounts (id, sealed) values (?, ?)
     on conflict (id) do update set sealed = excluded.sealed, paused_for = null, paused_at = null`,
    [id, sealed],
  );
}

/** Whether the account can buy. A paused one has to be looked at and released, any other to be entered again. */
export type BuyerAccountState = { health: 'healthy' | 'reconnect needed' } | { health: 'paused'; pausedFor: string };

export async function buyerAccountState(em: EntityManager, { id, status }: Credential): Promise<BuyerAccountState> {
  const account = await shopAccount(em, id);
  if (status !== 'HEALTHY' || !account) return { health: 'reconnect needed' };
  return account.pausedFor === null ? { health: 'healthy' } : { health: 'paused', pausedFor: account.pausedFor };
}

export async function shopAccount(em: EntityManager, id: CredentialId): Promise<ShopAccount | null> {
  const [row] = await em.execute<{ paused_for: string | null; sealed: string }[]>(
    'select paused_for, sealed from shop_accounts where id = ?',
    [id],
  );
  return row ? { id, pausedFor: row.paused_for, sealed: row.sealed } : null;
}

/** The session, for the next visit. A password that was changed meanwhile is not overwritten. */
export async function keepCookies(
  em: EntityManager,
  box: SecretBox,
  account: ShopAccount,
  cookies: readonly Cookie[],
): Promise<void> {
  const { password } = openShopSecrets(box, account);
  const sealed = box.seal(JSON.stringify({ password, cookies } satisfies ShopSecrets), place(account.id));
  await em.execute('update shop_accounts set sealed = ? where id = ? and sealed = ?', [
    sealed,
    account.id,
    account.sealed,
  ]);
}

/** Takes the account for one visit. False while another has it. */
export async function leaseAccount(em: EntityManager, id: CredentialId, holder: string, ms: number): Promise<boolean> {
  const taken = await em.execute<{ id: string }[]>(
    `update shop_accounts set leased_by = ?, leased_until = clock_now() + ? * interval '1 millisecond'
     where id = ? and (leased_until is null or leased_until < clock_now()) returning id`,
    [holder, ms, id],
  );
  return taken.length === 1;
}

/** False when it is somebody else's by now. */
export async function renewLease(em: EntityManager, id: CredentialId, holder: string, ms: number): Promise<boolean> {
  const kept = await em.execute<{ id: string }[]>(
    `update shop_accounts set leased_until = clock_now() + ? * interval '1 millisecond'
     where id = ? and leased_by = ? and leased_until > clock_now() returning id`,
    [ms, id, holder],
  );
  return kept.length === 1;
}

/** Locks the row until the transaction ends: nobody else takes the account before that. */
export async function holdsAccount(em: EntityManager, id: CredentialId, holder: string): Promise<boolean> {
  const held = await em.execute<{ id: string }[]>(
    'select id from shop_accounts where id = ? and leased_by = ? and leased_until > clock_now() for no key update',
    [id, holder],
  );
  return held.length === 1;
}

/** Returns the account, which then rests for as long as a person would before the next purchase. */
export async function returnAccount(
  em: EntityManager,
  id: CredentialId,
  holder: string,
  paceMs: number,
): Promise<void> {
  await em.execute(
    `update shop_accounts set leased_by = null, leased_until = clock_now() + ? * interval '1 millisecond'
     where id = ? and leased_by = ?`,
    [paceMs, id, holder],
  );
}

export async function pauseAccount(em: EntityManager, id: CredentialId, reason: string): Promise<void> {
  await em.execute(
    'update shop_accounts set paused_for = ?, paused_at = clock_now() where id = ? and paused_for is null',
    [reason, id],
  );
}

/** False when it was not paused. */
export async function releaseAccount(em: EntityManager, id: CredentialId): Promise<boolean> {
  const released = await em.execute<{ id: string }[]>(
    'update shop_accounts set paused_for = null, paused_at = null where id = ? and paused_for is not null returning id',
    [id],
  );
  return released.length === 1;
}

export type ListedAccount = {
  id: CredentialId;
  email: string;
  reseller: string;
  userId: UserId;
  status: string;
  pausedFor: string | null;
  pausedAt: Date | null;
  /** A purchase is under way with it. */
  busy: boolean;
};

/** Every log-in, those that need a person first. */
export async function shopAccounts(em: EntityManager): Promise<ListedAccount[]> {
  const rows = await em.execute<(Omit<ListedAccount, 'pausedAt'> & { pausedAt: string | null })[]>(
    `select c.id, c.account_id as email, u.email as reseller, u.id as "userId", c.status, a.paused_for as "pausedFor",
            a.paused_at::text as "pausedAt", coalesce(a.leased_by is not null and a.leased_until > clock_now(), false) as busy
     from shop_accounts a join api_credentials c on c.id = a.id join users u on u.id = c.user_id
     order by a.paused_at nulls last, c.account_id limit 500`,
  );
  return rows.map(row => ({ ...row, pausedAt: row.pausedAt === null ? null : new Date(row.pausedAt) }));
}
