import { createHash } from 'node:crypto';
import { hashPassword, passwordMatches } from '../runtime/password.ts';
import type { Role, User } from './entities/people.ts';
import type { Store } from './open.ts';
import type { Limit, LimitRule } from './rate-limits.ts';
import { findUserByEmail, normalEmail } from './users.ts';

type Tried = 'account' | 'address';

const quarter = 15 * 60;
/** Many accounts may be tried from one place, a few passwords each. Who gets in is not counted. */
export const logInRules: Readonly<Record<Tried, LimitRule>> = {
  account: { points: 10, windowSeconds: quarter },
  address: { points: 100, windowSeconds: quarter },
};

export type Admission = { user: User } | { refused: 'password' | 'role' } | { waitMs: number };

/** Compared with when nobody has the address, so that a wrong address takes as long as a wrong password. */
const nobody = hashPassword('nobody has this password');

/** Whose password it is, if their role may enter. Tries are counted per place, and per place and e-mail. */
export async function logIn(
  store: Store,
  limits: Readonly<Record<Tried, Limit>>,
  { source, email, password }: { source: string; email: string; password: string },
  roles: readonly Role[],
): Promise<Admission> {
  // As the address is looked up: spelt otherwise it would have tries of its own.
  const account = `${source}/${createHash('sha256').update(normalEmail(email)).digest('base64url')}`;
  const waitMs = (await limits.account.spend(account)) || (await limits.address.spend(source));
  if (waitMs > 0) return { waitMs };
  const user = await store.read(em => findUserByEmail(em, email));
  const matches = await passwordMatches(password, user?.passwordHash ?? (await nobody));
  if (!user || !matches) return { refused: 'password' };
  if (!roles.includes(user.role)) return { refused: 'role' };
  await limits.account.forget(account);
  await limits.address.giveBack(source);
  return { user };
}
