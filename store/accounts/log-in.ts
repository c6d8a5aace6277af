/** Checks a password: for log-ins at the api and the dashboard, and wherever it is asked for once more. */
import { hashPassword, passwordMatches } from '../../runtime/secrets/password.ts';
import type { Store } from '../database/open.ts';
import type { Role, User } from '../entities/people.ts';
import { auditAttempt } from './audit.ts';
import { type Guess, type GuessBrakes, TooManyAtOnce } from './log-in-throttle.ts';
import { type Door, isKnownPlace } from './sessions.ts';
import { findUserByEmail } from './users.ts';

export type Refused = 'password' | 'role' | 'disabled';
type Admission = { user: User } | { refused: Refused } | { waitMs: number };
type Tried = Guess & { password: string };

/** The hash to compare with for an unknown address, so that it takes as long as a wrong password. */
const nobody = hashPassword('nobody has this password');

/** Logs a user in at the api or the dashboard, if their role may enter there. @throws TooManyAtOnce */
export async function logIn(
  store: Store,
  brakes: GuessBrakes,
  tried: Tried,
  door: Door,
  roles: readonly Role[],
): Promise<Admission> {
  const checked = await check(store, brakes, tried);
  const admission: Admission = 'user' in checked && !roles.includes(checked.user.role) ? { refused: 'role' } : checked;
  await tell(store, tried, { action: 'log in', target: { door } }, admission);
  return admission;
}

/**
 * Checks that the holder of a session knows the password. The audit gets only wrong ones: the action has its own row.
 */
export async function confirmPassword(store: Store, brakes: GuessBrakes, tried: Tried): Promise<Admission> {
  const admission = await check(store, brakes, tried);
  if ('refused' in admission) await tell(store, tried, { action: 'confirm the password', target: {} }, admission);
  return admission;
}

async function check(store: Store, brakes: GuessBrakes, tried: Tried): Promise<Admission> {
  const waitMs = await brakes.admit(tried);
  if (waitMs > 0) return { waitMs };
  const user = await store.read(em => findUserByEmail(em, tried.email));
  const isKnown = await store.read(em => isKnownPlace(em, tried.email, tried.source));
  try {
    if (!isKnown) await brakes.slow(tried);
    const hash = user?.passwordHash ?? (await nobody);
    const matches = await brakes.hash(() => passwordMatches(tried.password, hash), isKnown);
    if (!user || !matches) return { refused: 'password' };
  } catch (error) {
    // The password was not checked: that was no attempt.
    if (error instanceof TooManyAtOnce) await brakes.giveBack(tried, isKnown);
    throw error;
  }
  if (user.disabledAt) return { refused: 'disabled' };
  await brakes.forget(tried, isKnown);
  return { user };
}

/** The audit records each attempt whose password was checked. */
async function tell(
  store: Store,
  { source, email }: Tried,
  what: { action: string; target: Readonly<Record<string, string>> },
  admission: Admission,
): Promise<void> {
  if ('waitMs' in admission) return;
  await store.write(async em => {
    const user = await findUserByEmail(em, email);
    // The text typed as the address may be a password.
    const deed = { operator: user?.email ?? 'somebody unknown', ...what };
    const outcome = 'refused' in admission ? `denied: ${admission.refused}` : 'done';
    await auditAttempt(em, deed, outcome, { source, sessionId: null });
  });
}
