import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure, Retryable, Terminal } from '../../domain/call-outcome.ts';
import { refreshTime } from '../../domain/connection.ts';
import type { CredentialId } from '../../domain/ids.ts';
import {
  lockCredential,
  needReconnect,
  openSecrets,
  replaceTokens,
  type Tokens,
} from '../../store/connections/credentials.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Store } from '../../store/database/open.ts';
import type { Credential } from '../../store/entities/people.ts';
import type { Context } from '../context/context.ts';
import { lastAnswerSignal } from '../context/shutdown-signals.ts';

/** A token this close to its end is not used for a call. */
const tooLateMs = 30_000;

/** The codes for a refresh token that is no longer valid, or has fewer permissions than its owner was asked for. */
const chainEnded = /_(ILLEGAL_REFRESH_TOKEN|INVALID_GRANT|INVALID_OPERATOR_USER_ID|INVALID_SCOPE)$/;

/** Storing new tokens is repeated at once; later calls find tokens that could not be stored in `brought`. */
const storing = { tries: 5, pauseMs: 500 };

/** New tokens, and the stored refresh token that brought them. */
type Brought = { by: string; tokens: Tokens };

/**
 * Tokens that are not stored yet, as long as the process lives: at MercadoLibre, where a refresh token works once, they
 * are all that is left of the chain.
 */
const brought = new WeakMap<Store, Map<CredentialId, Brought>>();

export type Renewed = { accessToken: string } | { ended: Credential };

const isLive = (ctx: Context, accessExpiresAt: Date): boolean =>
  accessExpiresAt.getTime() - ctx.now().getTime() > tooLateMs;

/** The stored token, unless it is the stale one or about to end. */
export function liveToken(ctx: Context, credential: Credential, stale: string | null): string | undefined {
  if (!credential.accessExpiresAt || !isLive(ctx, credential.accessExpiresAt)) return undefined;
  const { accessToken } = openSecrets(ctx.box, credential);
  return accessToken === stale ? undefined : accessToken;
}

/**
 * The row is locked from reading the old token to writing the new one: of many processes one refreshes, the others find
 * the fresh one; a rotating refresh token is never used twice. Only the end of the process aborts the call: its answer
 * may come only once.
 */
export async function renewToken(ctx: Context, id: CredentialId, stale: string | null): Promise<Renewed> {
  const unstored = brought.get(ctx.store) ?? new Map<CredentialId, Brought>();
  brought.set(ctx.store, unstored);
  for (let tries = 1; ; tries += 1) {
    try {
      const renewed = await ctx.store.transaction(em => renewUnderLock(em, ctx, id, stale, unstored));
      unstored.delete(id);
      return renewed;
    } catch (error) {
      if (!unstored.has(id) || isFailure(error) || tries === storing.tries) throw error;
      ctx.log.warn({ credentialId: id, err: error }, 'new tokens could not be stored; once more');
      await sleep(storing.pauseMs * tries);
    }
  }
}

async function renewUnderLock(
  em: EntityManager,
  ctx: Context,
  id: CredentialId,
  stale: string | null,
  unstored: Map<CredentialId, Brought>,
): Promise<Renewed> {
  const credential = await lockCredential(em, id);
  if (credential.status !== 'HEALTHY') return { ended: credential };
  // Another job may have refreshed the token while we waited for the row.
  const accessToken = liveToken(ctx, credential, stale);
  if (accessToken) return { accessToken };
  const { refreshToken } = openSecrets(ctx.box, credential);
  try {
    const before = unstored.get(id);
    const last = before?.by === refreshToken ? before.tokens : undefined;
    const isGood = last && last.accessToken !== stale && isLive(ctx, last.accessExpiresAt);
    const tokens = isGood ? last : await askForTokens(ctx, credential, last?.refreshToken ?? refreshToken);
    unstored.set(id, { by: refreshToken, tokens });
    const refreshAt = refreshTime(tokens.accessExpiresAt, ctx.config.supplierTokenLeadMs, ctx.now());
    await replaceTokens(em, ctx.box, credential, tokens, refreshAt);
    return { accessToken: tokens.accessToken };
  } catch (error) {
    if (!(error instanceof Terminal)) throw error;
    // A wrong app key or secret is our mistake, not the end of the account's consent.
    if (!chainEnded.test(error.code)) throw new Retryable('TOKEN_REFRESH_REFUSED', error.message, { cause: error });
    await needReconnect(em, id);
    return { ended: credential };
  }
}

async function askForTokens(ctx: Context, credential: Credential, refreshToken: string): Promise<Tokens> {
  const { providers } = ctx;
  const options = { signal: lastAnswerSignal(ctx) };
  switch (credential.apiName) {
    case 'aliexpress-dropshipping': {
      const fresh = await providers.aliexpress.refreshToken(refreshToken, options);
      return { ...fresh, refreshToken: fresh.refreshToken ?? refreshToken };
    }
    case 'ebay': {
      const fresh = await providers.ebay.refreshToken(refreshToken, credential.scopes.split(' '), options);
      // eBay keeps the refresh token and its end: a refresh does not extend it.
      return { ...fresh, refreshToken, refreshExpiresAt: credential.refreshExpiresAt ?? null };
    }
    case 'mercadolibre': {
      const fresh = await providers.mercadolibre.refreshToken(refreshToken, options);
      return { ...fresh, refreshExpiresAt: credential.refreshExpiresAt ?? null };
    }
    case 'aliexpress':
    case 'paypal':
      throw new Terminal('NO_REFRESH', `${credential.apiName} has no token to refresh`);
  }
}
