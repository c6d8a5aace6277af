/** What is to be caused outside, how it is looked for, and what is asked before it leaves. `once` causes it. */
import type { Json } from '../../domain/json.ts';
import type { Departure } from '../../runtime/send-deadline.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Effect, EffectPurpose } from '../entities/money.ts';
import type { Environment } from '../entities/people.ts';

export type Found<Result> = { answer: 'FOUND'; result: Result } | { answer: 'ABSENT' } | { answer: 'UNKNOWN' };

/** What was seen right before a send and forbids it, in words for a person. */
export type Hindrance = { readonly note: string };

/** For a caller that asks, in each run and right before `once`, everything that a send depends on. */
export const askedInThisRun = async (): Promise<undefined> => undefined;

export type Intent<Result extends Json> = {
  purpose: EffectPurpose;
  /** The order, the leg or the collected payout it is for. */
  subject: string;
  route: string;
  /** The outside account that acts. An effect is only ever judged through the account that opened it. */
  account: string;
  environment: Environment;
  /** From what the outside calls the thing (`domain/effect-key.ts`) and the number of the key: the same on every try. */
  keyFor(em: EntityManager, number: number): string | Promise<string>;
  /** Called once per generation; the answer is resent byte for byte or not at all. */
  freeze(key: string): string;
  /** For how long after the first send the provider recognises the key: shorter than its memory. 0: never resend. */
  resendForMs: number;
  /** For how long an effect that can be neither found nor sent again is looked for before a person is asked. */
  lookForMs?: number;
  /** It may have been done under another key, as a purchase may: a restored database does not send it under this one. */
  mayHaveOtherKeys?: boolean;
  /** The provider deduplicates the key, so that "unknown" may be answered by sending again. */
  deduplicates: boolean;
  /**
   * Asked before every send, the first one too: whether the frozen request may leave by what is true now. A certain "no"
   * to a question is a hindrance; a question that cannot be asked now throws, and nothing is sent.
   */
  mayStillLeave(effect: Effect): Promise<Hindrance | undefined>;
  /** Runs in the transactions that open the effect and that precede each send; throws when the claim is lost. */
  assertOwner(em: EntityManager): Promise<void>;
  /** Written in the transaction that precedes each send: what is about to happen cannot be taken back. */
  leaving?(em: EntityManager, effect: Effect): Promise<void>;
  /** A look-up that is refused is UNKNOWN: the refusal is about the look, not about the effect. */
  find(effect: Effect): Promise<Found<Result>>;
  /** @param by until when it may leave; past it nothing does */
  send(effect: Effect, by: Departure): Promise<Result>;
  /** Writes what the effect means, in the transaction that closes it. */
  record(em: EntityManager, result: Result, effect: Effect): Promise<void>;
};
