import { PermissionRefused, Retryable, TokenRefused } from '../../domain/call-outcome.ts';
import type { CredentialId } from '../../domain/ids.ts';
import type { UserToken } from '../../providers/gate/checked-call.ts';
import { findCredential, noteUse } from '../../store/connections/credentials.ts';
import type { Store } from '../../store/database/open.ts';
import type { Credential } from '../../store/entities/people.ts';
import type { Context } from '../context/context.ts';
import { stopAccount } from './refused-account.ts';
import { liveToken, type Renewed, renewToken } from './renew-token.ts';

/** The account's owner has to connect it again; the orders that wait for it resume by themselves afterwards. */
export class ReconnectNeeded extends Retryable {
  readonly credential: Credential;
  constructor(credential: Credential) {
    const { apiName, accountName, refusedFor } = credential;
    const why = refusedFor ? `: it refuses us (${refusedFor}), and is tried again by itself now and then` : '';
    super('RECONNECT_NEEDED', `${apiName} account ${accountName} must be connected again${why}`);
    this.credential = credential;
  }
}

/**
 * Gives a token that is not `stale`. However many callers want it, in this process or in others, one of them refreshes
 * it.
 * @throws ReconnectNeeded when the provider will give no more tokens
 */
export async function freshToken(ctx: Context, id: CredentialId, stale: string | null): Promise<string> {
  const known = await ctx.store.read(em => findCredential(em, id));
  const alive = known?.status === 'HEALTHY' && liveToken(ctx, known, stale);
  if (alive) return alive;
  const renewed = await together(ctx, id, stale);
  if ('ended' in renewed) throw new ReconnectNeeded(renewed.ended);
  return renewed.accessToken;
}

/** Renewals under way in this process: later callers wait for one of them, not for a connection and a lock. */
const underWay = new WeakMap<Store, Map<CredentialId, Promise<Renewed>>>();

async function together(ctx: Context, id: CredentialId, stale: string | null): Promise<Renewed> {
  const renewals = underWay.get(ctx.store) ?? new Map<CredentialId, Promise<Renewed>>();
  underWay.set(ctx.store, renewals);
  for (let others = renewals.get(id); others; others = renewals.get(id)) {
    const renewed = await others;
    if ('ended' in renewed || renewed.accessToken !== stale) return renewed;
  }
  const own = renewToken(ctx, id, stale).finally(() => renewals.delete(id));
  renewals.set(id, own);
  return own;
}

/**
 * Calls with the account's token; a refused token is refreshed once and the call made again. An account that is refused
 * as a whole is stopped.
 * @throws ReconnectNeeded, and PermissionRefused for a capability without which the account still works
 */
export async function withToken<T>(
  ctx: Context,
  credential: Credential,
  call: (token: UserToken) => Promise<T>,
): Promise<T> {
  const account = credential.accountId;
  const ask = (accessToken: string) =>
    call({ accessToken, account }).catch(async (error: unknown) => {
      if (!(error instanceof PermissionRefused) || error.capability) throw error;
      throw new ReconnectNeeded(await stopAccount(ctx, credential, { code: error.code, accessToken }));
    });
  const accessToken = await freshToken(ctx, credential.id, null);
  await ctx.store.write(em => noteUse(em, credential, ctx.now()));
  try {
    return await ask(accessToken);
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error;
  }
  const renewed = await freshToken(ctx, credential.id, accessToken);
  try {
    return await ask(renewed);
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error;
    // The token was just issued, so the account itself is refused.
    throw new ReconnectNeeded(await stopAccount(ctx, credential, { code: error.code, accessToken: renewed }));
  }
}
