import { refreshTime } from '../domain/connection.ts';
import type { CredentialId } from '../domain/ids.ts';
import { Retryable, Terminal, TokenRefused } from '../domain/outcome.ts';
import type { UserToken } from '../providers/call.ts';
import {
  findCredential,
  lockCredential,
  needReconnect,
  openSecrets,
  replaceTokens,
  type Tokens,
} from '../store/credentials.ts';
import type { Credential } from '../store/entities/people.ts';
import type { Context } from './context.ts';

/** The account's owner has to connect it again; what waits for it goes on by itself afterwards. */
export class ReconnectNeeded extends Retryable {
  readonly credential: Credential;
  constructor(credential: Credential) {
    super('RECONNECT_NEEDED', `${credential.apiName} account ${credential.accountName} must be connected again`);
    this.credential = credential;
  }
}

/** What a provider says when a refresh token is worth nothing any more. */
const chainEnded = /_(ILLEGAL_REFRESH_TOKEN|INVALID_GRANT|INVALID_OPERATOR_USER_ID)$/;

/** A token this close to its end is not worth a call. */
const tooLateMs = 30_000;

async function askForTokens(ctx: Context, credential: Credential, refreshToken: string): Promise<Tokens> {
  const options = { signal: ctx.signal };
  switch (credential.apiName) {
    case 'aliexpress-dropshipping': {
      const fresh = await ctx.providers.aliexpress.refreshToken(refreshToken, options);
      return { ...fresh, refreshToken: fresh.refreshToken ?? refreshToken };
    }
    case 'ebay': {
      const fresh = await ctx.providers.ebay.refreshToken(refreshToken, credential.scopes.split(' '), options);
      // eBay keeps the refresh token and its end: a refresh does not extend it.
      return { ...fresh, refreshToken, refreshExpiresAt: credential.refreshExpiresAt ?? null };
    }
    case 'mercadolibre': {
      const fresh = await ctx.providers.mercadolibre.refreshToken(refreshToken, options);
      return { ...fresh, refreshExpiresAt: credential.refreshExpiresAt ?? null };
    }
    case 'aliexpress':
    case 'paypal':
      throw new Terminal('NO_REFRESH', `${credential.apiName} has no token to refresh`);
  }
}

/**
 * Gives a token that is not `stale`. The row is locked from reading the old token to writing the new one: of many
 * jobs that want it one refreshes, the others find the fresh one; a rotating refresh token is never used twice.
 * @throws ReconnectNeeded when the provider will give no more tokens
 */
export async function freshToken(ctx: Context, id: CredentialId, stale: string | null): Promise<string> {
  const known = await ctx.store.read(em => findCredential(em, id));
  const alive = known?.status === 'HEALTHY' && liveToken(ctx, known, stale);
  return alive || renewedToken(ctx, id, stale);
}

/** The stored token, unless it is the stale one or about to end. */
function liveToken(ctx: Context, credential: Credential, stale: string | null): string | undefined {
  const leftMs = (credential.accessExpiresAt?.getTime() ?? 0) - ctx.now().getTime();
  if (leftMs <= tooLateMs) return undefined;
  const { accessToken } = openSecrets(ctx.box, credential);
  return accessToken === stale ? undefined : accessToken;
}

async function renewedToken(ctx: Context, id: CredentialId, stale: string | null): Promise<string> {
  const outcome = await ctx.store.transaction(async em => {
    const credential = await lockCredential(em, id);
    if (credential.status !== 'HEALTHY') return { credential };
    // Somebody else may have refreshed it while we waited for the row.
    const accessToken = liveToken(ctx, credential, stale);
    if (accessToken) return { accessToken };
    const { refreshToken } = openSecrets(ctx.box, credential);
    try {
      const tokens = await askForTokens(ctx, credential, refreshToken);
      const refreshAt = refreshTime(tokens.accessExpiresAt, ctx.config.supplierTokenLeadMs, ctx.now());
      await replaceTokens(em, ctx.box, credential, tokens, refreshAt);
      return { accessToken: tokens.accessToken };
    } catch (error) {
      if (!(error instanceof Terminal)) throw error;
      // A wrong app key or secret is our mistake, not the end of the account's consent.
      if (!chainEnded.test(error.code)) throw new Retryable('TOKEN_REFRESH_REFUSED', error.message, { cause: error });
      await needReconnect(em, id);
      return { credential };
    }
  });
  if (outcome.accessToken === undefined) throw new ReconnectNeeded(outcome.credential);
  return outcome.accessToken;
}

/** Calls with the account's token; a refused token is refreshed once and the call made again. */
export async function withToken<T>(
  ctx: Context,
  credential: Credential,
  call: (token: UserToken) => Promise<T>,
): Promise<T> {
  const account = credential.accountId;
  const accessToken = await freshToken(ctx, credential.id, null);
  try {
    return await call({ accessToken, account });
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error;
  }
  const renewed = await freshToken(ctx, credential.id, accessToken);
  try {
    return await call({ accessToken: renewed, account });
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error;
    // A token that was just issued is refused: the account itself is.
    await ctx.store.transaction(em => needReconnect(em, credential.id));
    throw new ReconnectNeeded(credential);
  }
}
