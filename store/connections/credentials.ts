import { raw } from '@mikro-orm/core';
import { invariant } from '../../domain/call-outcome.ts';
import type { CredentialId, UserId } from '../../domain/ids.ts';
import type { SecretBox } from '../../runtime/secrets/secret-box.ts';
import { wake } from '../database/due-row.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { sealedPlace } from '../database/sealed-columns.ts';
import { type ApiName, Credential, type Environment } from '../entities/people.ts';

/** The sealed secrets. `webhookSecret` signs orders that are sent to us inline. */
export type Secrets = { accessToken: string; refreshToken: string; webhookSecret: string };

export type Tokens = {
  accessToken: string;
  refreshToken: string;
  accessExpiresAt: Date;
  refreshExpiresAt: Date | null;
};

const context = (id: CredentialId): string => sealedPlace('api_credentials', id);

/** @throws SecretBoxError, and for a disconnected account, which has no secrets left */
export function openSecrets(box: SecretBox, credential: Pick<Credential, 'id' | 'sealed'>): Secrets {
  invariant(credential.sealed, `account ${credential.id} is connected`);
  return JSON.parse(box.open(credential.sealed, context(credential.id))) as Secrets;
}

export const sealSecrets = (box: SecretBox, id: CredentialId, secrets: Secrets): string =>
  box.seal(JSON.stringify(secrets), context(id));

/** The columns of an account that does not refuse us: set by a new consent, or by the end of a trial. */
export const notRefused = { refusedSince: null, refusedFor: null, refusals: 0, trialAt: null } as const;

const useResolutionMs = 60_000;

export const connected = { status: { $ne: 'DISCONNECTED' as const } };

export const findCredential = (em: EntityManager, id: CredentialId): Promise<Credential | null> =>
  em.findOne(Credential, { id });

/** The user's connected account; if there is none, the one that was connected last, which can be connected again. */
export async function credentialOf(
  em: EntityManager,
  userId: UserId,
  apiName: ApiName,
  environment: Environment,
): Promise<Credential | null> {
  const own = { userId, apiName, environment };
  const current = await em.findOne(Credential, { ...own, ...connected });
  return current ?? em.findOne(Credential, own, { orderBy: { createdAt: 'desc' } });
}

/** The owner's connection. Several users may enter a log-in of the supplier's shop; the one who got in owns it. */
export const credentialByAccount = (
  em: EntityManager,
  apiName: ApiName,
  environment: Environment,
  accountId: string,
): Promise<Credential | null> => {
  const proven = apiName === 'aliexpress' ? { claimedAt: { $ne: null } } : {};
  return em.findOne(Credential, { apiName, environment, accountId, ...proven, ...connected });
};

export const credentialsOf = (em: EntityManager, userId: UserId): Promise<Credential[]> =>
  em.find(Credential, { userId }, { orderBy: { apiName: 'asc' }, limit: 50 });

/** Nobody else reads or writes this credential's tokens until the transaction ends. */
export async function lockCredential(em: EntityManager, id: CredentialId): Promise<Credential> {
  await em.execute('select id from api_credentials where id = ? for no key update', [id]);
  return em.findOneOrFail(Credential, { id });
}

export async function replaceTokens(
  em: EntityManager,
  box: SecretBox,
  credential: Credential,
  tokens: Tokens,
  refreshAt: Date,
): Promise<void> {
  const { webhookSecret } = openSecrets(box, credential);
  const secrets = { accessToken: tokens.accessToken, refreshToken: tokens.refreshToken, webhookSecret };
  await em.nativeUpdate(
    Credential,
    { id: credential.id },
    {
      sealed: sealSecrets(box, credential.id, secrets),
      accessExpiresAt: tokens.accessExpiresAt,
      ...(tokens.refreshExpiresAt ? { refreshExpiresAt: tokens.refreshExpiresAt } : {}),
      status: 'HEALTHY',
      refreshAt,
      nextCheckAt: earlier(refreshAt, credential.trialAt),
      stateEntry: raw<number>('state_entry + 1'),
      wake: 0,
    },
  );
}

const earlier = (a: Date, b: Date | null | undefined): Date => (b && b < a ? b : a);

/** Notes when the account was last used, to the minute; a row that is being refreshed is skipped. */
export async function noteUse(
  em: EntityManager,
  { id, lastUsedAt }: Pick<Credential, 'id' | 'lastUsedAt'>,
  now: Date,
): Promise<void> {
  const noted = new Date(now.getTime() - useResolutionMs);
  if (lastUsedAt && lastUsedAt >= noted) return;
  await em.execute(
    `update api_credentials set last_used_at = ? where id = (
       select id from api_credentials where id = ? and coalesce(last_used_at, '-infinity') < ? for no key update skip locked)`,
    [now, id, noted],
  );
}

/** The chain of refresh tokens has ended: only its owner can connect the account again. */
export async function needReconnect(em: EntityManager, id: CredentialId): Promise<void> {
  const ended = { status: 'RECONNECT_NEEDED' as const, nextCheckAt: null, ...notRefused };
  await em.nativeUpdate(Credential, { id, status: 'HEALTHY' }, ended);
}

/** Its token is renewed, or it is tried again; only while it is of use, or may become so by itself. */
export const wakeCredential = (em: EntityManager, id: CredentialId): Promise<Credential | null> => {
  const looked = { $or: [{ status: 'HEALTHY' as const }, { refusedSince: { $ne: null } }] };
  return wake(em, Credential, id, { where: { ...connected, ...looked } });
};

/** All connected accounts of one kind. */
export const credentialsFor = (em: EntityManager, apiName: ApiName, environment: Environment): Promise<Credential[]> =>
  em.find(Credential, { apiName, environment, ...connected }, { orderBy: { createdAt: 'asc' }, limit: 1_000 });
