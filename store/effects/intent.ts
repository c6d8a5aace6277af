/** Describes an effect: what to cause, how to look it up, and what to check before it leaves. `once` causes it. */
import type { Json } from '../../domain/json.ts';
import type { Departure } from '../../runtime/send-deadline.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Effect, EffectPurpose } from '../entities/money.ts';
import type { Environment } from '../entities/people.ts';

export type Found<Result> = { answer: 'FOUND'; result: Result } | { answer: 'ABSENT' } | { answer: 'UNKNOWN' };

/** What was seen right before a send and forbids it, in words for a person. */
export type Hindrance = { readonly note: string };

/** For a caller whose `leaving` asks. */
export const askedWhenLeaving = async (): Promise<undefined> => undefined;

/** For a caller that, in each run and right before `once`, checks everything that the send depends on. */
export const askedInThisRun = async (): Promise<undefined> => undefined;

export type Intent<Result extends Json> = {
  purpose: EffectPurpose;
  /** The order, the leg or the collected payout it is for. */
  subject: string;
  route: string;
  /** The outside account that acts. Only the account that opened an effect may judge it. */
  account: string;
  environment: Environment;
  /**
   * Builds the key from the outside name of the subject (`domain/effect-key.ts`) and the key's number; the same on
   * every try.
   */
  keyFor(em: EntityManager, number: number): string | Promise<string>;
  /** Called once per generation; the result is resent byte for byte, or not at all. */
  freeze(key: string): string;
  /**
   * How long after the first send we rely on the provider to recognise the key: less than it remembers. 0: never
   * resend.
   */
  resendForMs: number;
  /** How long an effect that can be neither found nor sent again is looked up before a person is asked. */
  lookForMs?: number;
  /** A send may have used another key, as a purchase may: a restored database does not resend it under this one. */
  mayHaveOtherKeys?: boolean;
  /** The provider deduplicates by key, so an effect that cannot be looked up may be sent again. */
  deduplicates: boolean;
  /**
   * Asked before every send, the first one too: may the frozen request still leave by today's facts? A certain "no" is
   * a hindrance. When the question cannot be answered now, it throws, and nothing is sent.
   */
  mayStillLeave(effect: Effect): Promise<Hindrance | undefined>;
  /** Runs in the transactions that open the effect and that precede each send; throws when the claim is lost. */
  assertOwner(em: EntityManager): Promise<void>;
  /**
   * Runs in the transaction that precedes each send, to record what cannot be taken back, and to ask what only holds
   * under its locks. With a hindrance nothing is sent.
   */
  leaving?(em: EntityManager, effect: Effect): Promise<Hindrance | undefined>;
  /** Looks the effect up. A refused look-up answers UNKNOWN: the refusal is about the look-up, not about the effect. */
  find(effect: Effect): Promise<Found<Result>>;
  /** @param by the latest moment to leave; after it nothing is sent */
  send(effect: Effect, by: Departure): Promise<Result>;
  /** Records what the effect means, in the transaction that closes it. */
  record(em: EntityManager, result: Result, effect: Effect): Promise<void>;
};
