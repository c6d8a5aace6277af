/** Whose password it is. Both doors, and whatever asks for a password once more, come through here. */
import { hashPassword, passwordMatches } from '../../runtime/secrets/password.ts';
import type { Store } from '../database/open.ts';
import type { Role, User } from '../entities/people.ts';
import { auditAttempt } from './audit.ts';
import { type Guess, type GuessBrakes, TooManyAtOnce } from './guess-brakes.ts';
import { type Door, isKnownPlace } from './sessions.ts';
import { findUserByEmail } from './users.ts';

export type Refused = 'password' | 'role' | 'disabled';
export type Admission = { user: User } | { refused: Refused } | { waitMs: number };
export type Tried = Guess & { password: string };

/** Compared with when nobody has the address, so that a wrong address takes as long as a wrong password. */
const nobody = hashPassword('nobody has this password');

/** Lets somebody in at a door, if their role may enter. @throws TooManyAtOnce */
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

/** That whoever has a session knows the password too. Only wrong ones are told: what it is asked for is told by itself. */
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
    // Nobody has looked at the password: that was no try.
    if (error instanceof TooManyAtOnce) await brakes.giveBack(tried, isKnown);
    throw error;
  }
  if (user.disabledAt) return { refused: 'disabled' };
  await brakes.forget(tried, isKnown);
  return { user };
}

/** The audit tells of each try, but of those that nobody looked at. */
async function tell(
  store: Store,
  { source, email }: Tried,
  what: { action: string; target: Readonly<Record<string, string>> },
  admission: Admission,
): Promise<void> {
  if ('waitMs' in admission) return;
  await store.read(async em => {
    const user = await findUserByEmail(em, email);
    // Whatever was typed there may be a password.
    const deed = { operator: user?.email ?? 'somebody unknown', ...what };
    const outcome = 'refused' in admission ? `denied: ${admission.refused}` : 'done';
    await auditAttempt(em, deed, outcome, { source, sessionId: null });
  });
}
