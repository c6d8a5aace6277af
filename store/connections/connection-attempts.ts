import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { dayMs } from '../../domain/durations.ts';
import type { UserId } from '../../domain/ids.ts';
import type { Holder } from '../../domain/order.ts';
import type { SecretBox } from '../../runtime/secrets/secret-box.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { sealedPlace } from '../database/sealed-columns.ts';
import { type Connectable, ConnectionAttempt, type Environment } from '../entities/people.ts';

/** How long a user may take on the consent page. */
export const consentMinutes = 10;
/** Attempts are kept longer, so that a late user gets the right answer. */
const keepMs = dayMs;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const random = (): string => randomBytes(32).toString('base64url');

type NewAttempt = {
  userId: UserId;
  /** The name by which we know the browser when it comes back. */
  browser: string;
  apiName: Connectable;
  environment: Environment;
  moneyHolder: Holder;
};

/** Only hashes are stored: a reader of the table cannot answer a consent with them. */
export async function openAttempt(
  em: EntityManager,
  box: SecretBox,
  asked: NewAttempt,
  now: Date,
): Promise<{ state: string; verifier: string }> {
  const [id, state, verifier] = [randomUUID(), random(), random()];
  const { browser, ...facts } = asked;
  await em.nativeDelete(ConnectionAttempt, { expiresAt: { $lt: new Date(now.getTime() - keepMs) } });
  await em.insert(ConnectionAttempt, {
    id,
    ...facts,
    stateHash: hash(state),
    browserHash: hash(browser),
    sealedVerifier: box.seal(verifier, sealedPlace('connection_attempts', id)),
    expiresAt: new Date(now.getTime() + consentMinutes * 60_000),
  });
  return { state, verifier };
}

export type AttemptOutcome =
  | { taken: ConnectionAttempt; verifier: string }
  | { refused: 'unknown' | 'foreign' | 'used' | 'expired' };

/** Uses up an attempt: for the user who began it, once, in time. Others who try change nothing. */
export async function takeAttempt(
  em: EntityManager,
  box: SecretBox,
  back: { state: string; browser: string; userId: UserId; apiName: Connectable },
  now: Date,
): Promise<AttemptOutcome> {
  const { state, userId, apiName } = back;
  const browserHash = hash(back.browser);
  const attempt = await em.findOne(ConnectionAttempt, { stateHash: hash(state) });
  if (!attempt) return { refused: 'unknown' };
  if (attempt.browserHash !== browserHash || attempt.userId !== userId || attempt.apiName !== apiName)
    return { refused: 'foreign' };
  if (attempt.usedAt) return { refused: 'used' };
  if (attempt.expiresAt <= now) return { refused: 'expired' };
  // Two that come at once: the row's lock lets the first one through.
  const unused = { id: attempt.id, usedAt: null };
  if ((await em.nativeUpdate(ConnectionAttempt, unused, { usedAt: now, sealedVerifier: null })) !== 1)
    return { refused: 'used' };
  const verifier = box.open(attempt.sealedVerifier ?? '', sealedPlace('connection_attempts', attempt.id));
  return { taken: attempt, verifier };
}
