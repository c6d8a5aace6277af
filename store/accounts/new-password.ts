/** The two ways to a new password, at the api and the dashboard: with the old one, and by a link that works once. */
import { hashPassword } from '../../runtime/secrets/password.ts';
import { actingAs } from '../database/current-actor.ts';
import type { Store } from '../database/open.ts';
import { setPassword, takeReset } from './accounts.ts';
import { confirmPassword } from './log-in.ts';
import type { GuessBrakes } from './log-in-throttle.ts';
import { passwordFault } from './password-rules.ts';
import type { Person } from './sessions.ts';

export type PasswordAnswer =
  | 'set'
  | { refused: 'wrong' | 'over' }
  | { refused: 'weak'; fault: string }
  | { waitMs: number };

type Owner = Pick<Person, 'userId' | 'email'> & { sessionId: string; source: string };

/** Ends the owner's sessions elsewhere. @throws TooManyAtOnce */
export async function changePassword(
  store: Store,
  brakes: GuessBrakes,
  { userId, email, sessionId, source }: Owner,
  { password, newPassword }: { password: string; newPassword: string },
): Promise<PasswordAnswer> {
  const checked = await confirmPassword(store, brakes, { email, password, source });
  if ('waitMs' in checked) return checked;
  if ('refused' in checked) return { refused: 'wrong' };
  const fault = passwordFault(newPassword, email);
  if (fault) return { refused: 'weak', fault };
  const hash = await hashPassword(newPassword);
  const change = { instead: checked.user.passwordHash, but: sessionId };
  return (await store.transaction(em => setPassword(em, userId, hash, change))) ? 'set' : { refused: 'wrong' };
}

/** Ends all sessions of the link's user. A password that is too weak does not use up the link. */
export async function resetPassword(
  store: Store,
  { token, password, source }: { token: string; password: string; source: string },
): Promise<PasswordAnswer> {
  const owner = await store.transaction(em => takeReset(em, token));
  if (!owner) return { refused: 'over' };
  const fault = passwordFault(password, owner.email);
  if (fault) return { refused: 'weak', fault };
  const hash = await hashPassword(password);
  const deed = { operator: owner.email, action: 'reset the password', target: {}, source, sessionId: null };
  return actingAs(deed, () =>
    store.transaction(async em => {
      const still = await takeReset(em, token);
      if (!still) return { refused: 'over' };
      await setPassword(em, still.id, hash);
      return 'set';
    }),
  );
}
