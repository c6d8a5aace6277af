/**
 * Which passwords are accepted: long ones that are hard to guess. The number of guesses decides (zxcvbn), so that
 * `passwordpassword`, `123456789012` and the account's own address are refused, and no rule asks for a capital letter
 * (NIST SP 800-63B 3.1.1, OWASP ASVS 6.2).
 */
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

export const passwordLengthMin = 12;
export const passwordLengthMax = 1024;
/** Of 0 to 4: from 3 on a thief of the hashes still needs 10⁸ guesses. */
const scoreMin = 3;
/** Characters after these do not make a password weaker. */
const judgedLength = 64;

const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });

/** What is wrong with the password, in words for its owner; undefined when it may be used. */
export function passwordFault(password: string, email: string): string | undefined {
  if (password.length < passwordLengthMin) return `a password has at least ${passwordLengthMin} characters`;
  if (password.length > passwordLengthMax) return `a password has at most ${passwordLengthMax} characters`;
  const own = [email, ...email.split(/[@.]/), 'dropship', 'road'].filter(Boolean);
  const { score } = estimator.check(password.slice(0, judgedLength), own);
  return score < scoreMin ? 'this password is among the first that somebody would try: take another' : undefined;
}
