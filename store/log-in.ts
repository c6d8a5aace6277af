/** Whose password it is. Both doors, and whatever asks for a password once more, come through here. */
import { hashPassword, passwordMatches } from '../runtime/password.ts';
import { auditAttempt } from './audit.ts';
import type { Role, User } from './entities/people.ts';
import type { Guess, GuessBrakes } from './guess-brakes.ts';
import type { Store } from './open.ts';
import { type Door, isKnownPlace } from './sessions.ts';
import { findUserByEmail } from './users.ts';

export type Refused = 'password' | 'role' | 'disabled';
export type Admission = { user: User } | { refused: Refused } | { waitMs: number };
export type Tried = Guess & { password: string };

/** Compared with when nobody has the address, so that a wrong address takes as long as a wrong password. */
const nobody = hashPassword('nobody has this password');

/** @throws TooManyAtOnce */
export async function checkPassword(store: Store, brakes: GuessBrakes, tried: Tried): Promise<Admission> {
  const waitMs = await brakes.admit(tried);
  if (waitMs > 0) return { waitMs };
  const user = await store.read(em => findUserByEmail(em, tried.email));
  const isKnown = user !== null && (await store.read(em => isKnownPlace(em, user.id, tried.source)));
  if (!isKnown) await brakes.slow(tried);
  const hash = user?.passwordHash ?? (await nobody);
  const matches = await brakes.hash(() => passwordMatches(tried.password, hash));
  if (!user || !matches) return { refused: 'password' };
  if (user.disabledAt) return { refused: 'disabled' };
  await brakes.forget(tried, !isKnown);
  return { user };
}

/** Lets somebody in at a door, if their role may enter. The audit tells of each try, but of those that nobody looked at. */
export async function logIn(
  store: Store,
  brakes: GuessBrakes,
  tried: Tried,
  door: Door,
  roles: readonly Role[],
): Promise<Admission> {
  const checked = await checkPassword(store, brakes, tried);
  const admission: Admission = 'user' in checked && !roles.includes(checked.user.role) ? { refused: 'role' } : checked;
  if (!('waitMs' in admission)) await tell(store, tried, door, admission);
  return admission;
}

async function tell(store: Store, { source, email }: Tried, door: Door, admission: Admission): Promise<void> {
  await store.read(async em => {
    const user = await findUserByEmail(em, email);
    // Whatever was typed there may be a password.
    const deed = { operator: user?.email ?? 'somebody unknown', action: 'log in', target: { door } };
    const outcome = 'refused' in admission ? `denied: ${admission.refused}` : 'done';
    await auditAttempt(em, deed, outcome, { source, sessionId: null });
  });
}
