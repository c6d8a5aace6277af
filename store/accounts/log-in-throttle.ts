/**
 * How fast passwords may be guessed, at the api and the dashboard together: per address and account, per address, and
 * per account from all addresses. The first two limits stop log-ins; the last only slows them, and not from addresses
 * that the account has used before, because strangers must not be able to lock an account.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import type pg from 'pg';
import { createLimit, type Limit, type LimitRule } from '../database/request-limits.ts';
import { normalEmail } from './users.ts';

const quarter = 15 * 60;

export const guessRules = {
  /** Wrong passwords for one account from one place. */
  'login-account': { points: 10, windowSeconds: quarter },
  /** Attempts for one account from one place, successful ones too: each costs a hash. */
  'login-tries': { points: 40, windowSeconds: quarter },
  /** Many accounts may be tried from one place, a few passwords each. */
  'login-address': { points: 100, windowSeconds: quarter },
  /** Wrong passwords for one account from all places where it was not used from before. */
  'login-everywhere': { points: 20, windowSeconds: quarter },
} as const satisfies Readonly<Record<string, LimitRule>>;

type GuessLimit = keyof typeof guessRules;
/** `slowDown` waits for the time of an attempt that is slowed. */
export type GuessRules = Readonly<Record<GuessLimit, LimitRule>> & { readonly slowDown?: () => Promise<unknown> };

/** How long an attempt takes at an account that is being guessed at. */
const slowMs = 5_000;
const slowAtOnceMax = 200;
/**
 * A hash takes 19 MB and 40 ms of a core, and one of the four threads that also verify sessions. Known places of an
 * account have a lane of their own, so that a flood of strangers keeps nobody out.
 */
const lanes = { known: { atOnce: 1, waiting: 64 }, strangers: { atOnce: 2, waiting: 64 } } as const;

/** Too many attempts at once: a "not now", which says nothing about the password. */
export class TooManyAtOnce extends Error {
  override readonly name = 'TooManyAtOnce';
}

export type Guess = { source: string; email: string };

export type GuessBrakes = {
  /** Counts an attempt before anything is looked up. @returns 0, or how many milliseconds to wait */
  admit(guess: Guess): Promise<number>;
  /** Counts an attempt from a place that is new to the account; waits when there are many. @throws TooManyAtOnce */
  slow(guess: Guess): Promise<void>;
  /** Computes a hash, a few at once. @throws TooManyAtOnce */
  hash<T>(work: () => Promise<T>, isKnown: boolean): Promise<T>;
  /** Uncounts a guess: the password was right. @param isKnown else it went through `slow` */
  forget(guess: Guess, isKnown: boolean): Promise<void>;
  /** Uncounts an attempt whose password was not checked. */
  giveBack(guess: Guess, isKnown: boolean): Promise<void>;
};

/** In the form in which it is looked up: another spelling must not have attempts of its own. */
const accountKey = (email: string): string => createHash('sha256').update(normalEmail(email)).digest('base64url');

export function openGuessBrakes(pool: pg.Pool, rules: GuessRules = guessRules): GuessBrakes {
  const limit = (name: GuessLimit): Limit => createLimit(pool, name, rules[name]);
  const [account, tries, address, everywhere] = [
    limit('login-account'),
    limit('login-tries'),
    limit('login-address'),
    limit('login-everywhere'),
  ];
  const { slowDown = () => sleep(slowMs) } = rules;
  const slowed = bulkhead(slowAtOnceMax, 0);
  const known = bulkhead(lanes.known.atOnce, lanes.known.waiting);
  const strangers = bulkhead(lanes.strangers.atOnce, lanes.strangers.waiting);
  const both = ({ source, email }: Guess): string => `${source}/${accountKey(email)}`;

  return {
    // The cheap limit first: a blocked place is in memory and costs no query.
    admit: async guess =>
      (await address.spend(guess.source)) || (await account.spend(both(guess))) || (await tries.spend(both(guess))),
    slow: async guess => {
      if ((await everywhere.spend(accountKey(guess.email))) > 0) await within(slowed.execute(slowDown));
    },
    hash: (work, isKnown) => within((isKnown ? known : strangers).execute(work)),
    forget: async (guess, isKnown) => {
      await account.forget(both(guess));
      await address.giveBack(guess.source);
      if (!isKnown) await everywhere.giveBack(accountKey(guess.email));
    },
    giveBack: async (guess, isKnown) => {
      await address.giveBack(guess.source);
      await account.giveBack(both(guess));
      await tries.giveBack(both(guess));
      if (!isKnown) await everywhere.giveBack(accountKey(guess.email));
    },
  };
}

const within = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    throw error instanceof BulkheadRejectedError ? new TooManyAtOnce('too many log-ins at once') : error;
  }
};
