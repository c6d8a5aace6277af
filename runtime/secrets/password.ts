import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);
/** OWASP's argon2id minimum: 19 MiB, two passes. */
const cost = { parallelism: 1, tagLength: 32, memory: 19_456, passes: 2 } as const;

/** `argon2id$<salt>$<tag>`, both base64url. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive('argon2id', { message: password, nonce, ...cost });
  return `argon2id$${nonce.toString('base64url')}$${tag.toString('base64url')}`;
}

export async function passwordMatches(password: string, hash: string): Promise<boolean> {
  const [kind, salt, tag] = hash.split('$');
  if (kind !== 'argon2id' || !salt || !tag) return false;
  const derived = await derive('argon2id', { message: password, nonce: Buffer.from(salt, 'base64url'), ...cost });
  return timingSafeEqual(derived, Buffer.from(tag, 'base64url'));
}
