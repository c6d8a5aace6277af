/**
 * Outside accounts of users. One row is one account for ever: an account that replaces another has a row of its own,
 * and work that was begun with the old account is only read through the old row.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { raw } from '@mikro-orm/core';
import type { CredentialId, UserId } from '../../domain/ids.ts';
import type { Holder } from '../../domain/order.ts';
import type { SecretBox } from '../../runtime/secrets/secret-box.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { lockUser } from '../database/lock-user.ts';
import { type ApiName, Credential, type Environment } from '../entities/people.ts';
import { closeFeeds, openFeeds } from '../events/feeds.ts';
import { connected, notRefused, openSecrets, sealSecrets, type Tokens } from './credentials.ts';

export type Account = {
  userId: UserId;
  apiName: ApiName;
  environment: Environment;
  accountId: string;
  accountName: string;
  moneyHolder: Holder;
};

export type Connected = { credential: Credential; webhookSecret: string };

/** The row of an account, with its former content; `before` is null for a new row. */
export type AccountRow = { id: CredentialId; before: Credential | null };

/**
 * Stores a connection, or replaces the tokens of the same outside account. Null when the outside account belongs to
 * another user.
 */
export async function connect(
  em: EntityManager,
  box: SecretBox,
  {
    tokens,
    refreshAt,
    scopes = [],
    ...account
  }: Account & {
    tokens: Tokens;
    refreshAt: Date;
    scopes?: readonly string[];
  },
): Promise<Connected | null> {
  // A button pressed twice: the second sees what the first has stored.
  await lockUser(em, account.userId);
  await lockAccount(em, account);
  const { userId, apiName, environment, accountId } = account;
  const owner = await em.findOne(Credential, { apiName, environment, accountId, ...connected });
  if (owner && owner.userId !== userId) return null;
  const place = await claimAccountRow(em, account);
  const { id, before } = place;
  const webhookSecret = before?.sealed ? openSecrets(box, before).webhookSecret : randomSecret(32);
  const { accessToken, refreshToken, accessExpiresAt, refreshExpiresAt } = tokens;
  const credential = await saveAccount(em, place, account, {
    scopes: scopes.join(' '),
    sealed: sealSecrets(box, id, { accessToken, refreshToken, webhookSecret }),
    webhookSegment: before?.webhookSegment ?? (account.apiName === 'mercadolibre' ? randomSecret(24) : null),
    accessExpiresAt,
    refreshExpiresAt,
    refreshAt,
    nextCheckAt: refreshAt,
  });
  await openFeeds(em, credential);
  return { credential, webhookSecret };
}

/** Two who claim one account: the second sees what the first has stored. */
export async function lockAccount(
  em: EntityManager,
  { apiName, environment, accountId }: Pick<Account, 'apiName' | 'environment' | 'accountId'>,
): Promise<void> {
  const claimed = `${apiName}/${environment}/${accountId}`;
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [claimed]);
}

/** Disconnects the account that this one replaces, if there is one. */
export async function claimAccountRow(em: EntityManager, account: Account): Promise<AccountRow> {
  const { userId, apiName, environment, accountId } = account;
  await lockUser(em, userId);
  const last = await em.findOne(Credential, { userId, apiName, environment, ...connected });
  if (last && last.accountId !== accountId) await disconnect(em, last.id);
  const before = await em.findOne(Credential, { userId, apiName, environment, accountId });
  return { id: before?.id ?? (randomUUID() as CredentialId), before };
}

export async function saveAccount(
  em: EntityManager,
  { id, before }: AccountRow,
  { accountName, moneyHolder, ...key }: Account,
  facts: Pick<Credential, 'scopes' | 'sealed'> & Partial<Credential>,
): Promise<Credential> {
  const kept = { ...facts, accountName, moneyHolder, status: 'HEALTHY' as const, wake: 0, ...notRefused };
  if (before) await em.nativeUpdate(Credential, { id }, { ...kept, stateEntry: raw<number>('state_entry + 1') });
  else await em.insert(Credential, { id, ...key, ...kept, stateEntry: 1 });
  return em.findOneOrFail(Credential, { id });
}

/** Erases the secrets; the row stays, for work that was begun with the account. */
export async function disconnect(em: EntityManager, id: CredentialId): Promise<void> {
  const erased = {
    sealed: null,
    claimedAt: null,
    accessExpiresAt: null,
    refreshExpiresAt: null,
    refreshAt: null,
    nextCheckAt: null,
  };
  const change = {
    ...erased,
    ...notRefused,
    status: 'DISCONNECTED' as const,
    stateEntry: raw<number>('state_entry + 1'),
    wake: 0,
  };
  await em.nativeUpdate(Credential, { id, ...connected }, change);
  await em.execute('delete from shop_accounts where id = ?', [id]);
  await closeFeeds(em, id);
}

const randomSecret = (bytes: number): string => randomBytes(bytes).toString('base64url');
