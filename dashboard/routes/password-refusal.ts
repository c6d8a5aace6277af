import type { PasswordAnswer } from '../../store/accounts/new-password.ts';
import { Refusal } from '../middleware/refusal.ts';

/** Why a new password was not set, for its owner; undefined when it was set. */
export function refusalOf(answer: PasswordAnswer): Refusal | undefined {
  if (answer === 'set') return undefined;
  if ('waitMs' in answer) return new Refusal(429, 'Too many tries. Wait a few minutes.');
  switch (answer.refused) {
    case 'weak':
      return new Refusal(422, `${answer.fault[0]?.toUpperCase()}${answer.fault.slice(1)}.`);
    case 'wrong':
      return new Refusal(422, 'This is not your password.');
    case 'over':
      return new Refusal(410, 'This link was used, or is too old. Ask for another one.');
  }
}
