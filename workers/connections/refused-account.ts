import { openSecrets } from '../../store/connections/credentials.ts';
import { beginTrial, endTrial, refuseAccount } from '../../store/connections/refused-accounts.ts';
import type { Credential } from '../../store/entities/people.ts';
import { resumeAccount, tryAccount } from '../../transactions/resume-account.ts';
import type { Context } from '../context/context.ts';

/** The provider refuses us: no call is made for the account until its next trial, or until it is connected again. */
export async function stopAccount(
  ctx: Context,
  { id }: Credential,
  { code, accessToken }: { code: string; accessToken: string },
): Promise<Credential> {
  const isCurrent = (known: Credential) => openSecrets(ctx.box, known).accessToken === accessToken;
  const { credential, news } = await ctx.store.transaction(em =>
    refuseAccount(em, id, { code, now: ctx.now(), isCurrent }),
  );
  if (news) {
    const { apiName, accountName, refusals, trialAt } = credential;
    const line = { credentialId: id, apiName, accountName, code, refusals, againAt: trialAt };
    ctx.log.error(line, 'an account refuses us: it must be connected again, unless it lets us in by itself');
  }
  return credential;
}

/** Does what is due for an account that refuses us. @returns what was done; undefined for an account that does not */
export async function lookAfterRefused(ctx: Context, credential: Credential): Promise<string | undefined> {
  const { refusedSince, status, trialAt } = credential;
  if (!refusedSince || !trialAt) return undefined;
  const isDue = trialAt <= ctx.now();
  if (status === 'HEALTHY') return isDue ? healed(ctx, credential) : undefined;
  return isDue ? tryAgain(ctx, credential) : `tried again at ${trialAt.toISOString()}`;
}

const tryAgain = (ctx: Context, credential: Credential): Promise<string> =>
  ctx.transact(async (em, enqueue) => {
    if (!(await beginTrial(em, credential.id, ctx.now()))) return 'somebody else tries it';
    await tryAccount(em, enqueue, credential);
    return 'tried again: it is well when nothing is refused now';
  });

const healed = (ctx: Context, credential: Credential): Promise<string> =>
  ctx.transact(async (em, enqueue) => {
    if (!(await endTrial(em, credential))) return 'refused again';
    const orders = await resumeAccount(em, enqueue, credential);
    ctx.log.info({ credentialId: credential.id, apiName: credential.apiName, orders }, 'an account lets us in again');
    return `it lets us in again: ${orders} orders go on`;
  });
