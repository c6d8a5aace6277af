import type { Request, Response } from 'express';
import { confirmPassword } from '../../store/accounts/log-in.ts';
import type { GuessBrakes } from '../../store/accounts/log-in-throttle.ts';
import type { Store } from '../../store/database/open.ts';
import { sourceOf, tooMany } from '../middleware/limits.ts';
import { Problem } from '../middleware/problem.ts';
import { sessionOf } from '../middleware/session.ts';

/**
 * Checks that the holder of the session knows the password too, before anything that a stolen session must not do.
 * @throws Problem 422 PASSWORD_WRONG, 429 TOO_MANY_LOGINS
 */
export async function confirmed(
  { store, brakes }: { store: Store; brakes: GuessBrakes },
  request: Request,
  response: Response,
  password: string,
): Promise<void> {
  const { email } = sessionOf(response);
  const admission = await confirmPassword(store, brakes, { email, password, source: sourceOf(request) });
  if ('waitMs' in admission) throw tooMany('TOO_MANY_LOGINS', admission.waitMs);
  if ('refused' in admission) throw new Problem(422, 'PASSWORD_WRONG', 'this is not the password of the account');
}
