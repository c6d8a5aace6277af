import { passwordFault } from './password-rules.ts';

type GivenUser = { email: string; password: string };

/** The user that a command is about. @throws when one of the two is missing */
export function givenUser({ ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = process.env): GivenUser {
  if (!email || !password) throw new Error('ADMIN_EMAIL and ADMIN_PASSWORD say which user, and with which password');
  return { email, password };
}

/** @throws when the password is easily guessed */
export function assertStrong({ email, password }: GivenUser): void {
  const fault = passwordFault(password, email);
  if (fault) throw new Error(`ADMIN_PASSWORD: ${fault}`);
}
