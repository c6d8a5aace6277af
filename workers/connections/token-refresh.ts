import type { CredentialId } from '../../domain/ids.ts';
import { findCredential, openSecrets } from '../../store/connections/credentials.ts';
import type { Processor } from '../context/context.ts';
import { freshToken, ReconnectNeeded } from './fresh-token.ts';
import { lookAfterRefused } from './refused-account.ts';

/** Renews an access token well before it ends, so that no order has to wait for it. */
export const tokenRefresh: Processor<'credentialId'> = async ({ credentialId }, ctx) => {
  const id = credentialId as CredentialId;
  const credential = await ctx.store.read(em => findCredential(em, id));
  const looked = credential && (await lookAfterRefused(ctx, credential));
  if (looked) return looked;
  if (credential?.status !== 'HEALTHY') return 'nothing to do: the account is not connected';
  if (credential.refreshAt && credential.refreshAt > ctx.now()) return 'nothing to do: the token is fresh';
  const { accessToken } = openSecrets(ctx.box, credential);
  try {
    await freshToken(ctx, id, accessToken);
    return `a new token for ${credential.apiName} account ${credential.accountName}`;
  } catch (error) {
    if (!(error instanceof ReconnectNeeded)) throw error;
    ctx.log.error({ credentialId, apiName: credential.apiName }, 'the account must be connected again');
    return 'RECONNECT_NEEDED';
  }
};
