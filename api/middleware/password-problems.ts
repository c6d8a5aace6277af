import Joi from 'joi';
import type { PasswordAnswer } from '../../store/accounts/new-password.ts';
import { passwordFault, passwordLengthMax, passwordLengthMin } from '../../store/accounts/password-rules.ts';
import { tooMany } from './limits.ts';
import { Problem } from './problem.ts';

/** The shape only: the strength of a password is judged together with the account's address. */
export const newPassword = Joi.string().min(passwordLengthMin).max(passwordLengthMax);

const weak = (fault: string): Problem =>
  new Problem(422, 'PASSWORD_WEAK', fault, { errors: [{ field: 'password', message: fault }] });

/** @throws Problem 422 PASSWORD_WEAK, with what is wrong */
export function assertStrong(password: string, email: string): void {
  const fault = passwordFault(password, email);
  if (fault) throw weak(fault);
}

/** @throws Problem 410, 422, 429 */
export function assertSet(answer: PasswordAnswer): void {
  if (answer === 'set') return;
  if ('waitMs' in answer) throw tooMany('TOO_MANY_LOGINS', answer.waitMs);
  switch (answer.refused) {
    case 'weak':
      throw weak(answer.fault);
    case 'wrong':
      throw new Problem(422, 'PASSWORD_WRONG', 'this is not the password of the account');
    case 'over':
      throw new Problem(410, 'RESET_OVER', 'this link was used, or is too old: ask for another one');
  }
}
