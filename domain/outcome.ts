import type { Capability } from './connection.ts';

/**
 * How a step can fail. Decided first by phase (never left · left without an answer · answered), then by the
 * provider's code; both are tables in `providers/`. A class carries its `kind`, because prototypes do not survive
 * serialisation.
 *
 * - `terminal`   certainly did not happen and never will    → the order fails with a typed reason
 * - `retryable`  certainly did not happen, may later         → back-off, the order stays where it is
 * - `uncertain`  may have happened                           → looked up on a schedule, past a horizon a person decides
 *
 * Anything else that is thrown is a bug of ours.
 */
export type FailureKind = 'terminal' | 'retryable' | 'uncertain';

export type FailureDetail = {
  /** The provider that answered, when one did. */
  provider?: string;
  /** The provider's own reference for support: PayPal debug id, AliExpress request id. */
  reference?: string;
  /** How long the provider asked us to wait. */
  retryAfterMs?: number;
  /** What of the request it found fault with, in its own words: `/purchase_units/0/shipping/address/postal_code`. */
  fields?: readonly string[];
  /** Of a permission that was refused: what alone is refused. Without one, the account is of no use. */
  capability?: Capability | undefined;
  /** What was answered, without our secrets and cut to `answerKeptChars`: a person may have to read it. */
  answer?: string;
  cause?: unknown;
};

/** So much of an answer is kept for a person. */
export const answerKeptChars = 20_000;

export abstract class Failure extends Error {
  abstract readonly kind: FailureKind;
  /** Stable, upper-case, safe to show and to count: `PAYPAL_INSTRUMENT_DECLINED`. */
  readonly code: string;
  readonly provider: string | undefined;
  readonly reference: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly fields: readonly string[];
  /** Private, so that no log line holds it: it may tell of a buyer. */
  readonly #answer: string | undefined;

  constructor(code: string, message: string, detail: FailureDetail = {}) {
    super(`${code}: ${message}`, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.provider = detail.provider;
    this.reference = detail.reference;
    this.retryAfterMs = detail.retryAfterMs;
    this.fields = detail.fields ?? [];
    this.#answer = detail.answer?.slice(0, answerKeptChars);
  }

  get answer(): string | undefined {
    return this.#answer;
  }
}

export class Terminal extends Failure {
  readonly kind = 'terminal';
  override readonly name = 'Terminal';
}

export class Retryable extends Failure {
  readonly kind = 'retryable';
  override readonly name = 'Retryable';
}

export class Uncertain extends Failure {
  readonly kind = 'uncertain';
  override readonly name = 'Uncertain';
}

/** Thrown by a provider client when the access token was refused: nothing happened; refresh it and ask again. */
export class TokenRefused extends Retryable {
  constructor(provider: string, message: string, detail: FailureDetail = {}) {
    super('ACCESS_TOKEN_REFUSED', message, { ...detail, provider });
  }
}

/**
 * The answer to a question does not hold what is needed, or says it in a form that we do not know: nothing follows from
 * it. It is asked for again, and past a horizon a person reads `answer`.
 */
export class Unreadable extends Retryable {}

/** The provider knows nothing of what was asked for, or not yet. */
export class NotThere extends Retryable {}

/**
 * The provider does not let this account, or our application in its name, do what was asked. Nothing happened, and
 * nothing will until somebody has changed that there: the account is stopped, and what needs it waits. A capability that
 * the account is of use without is refused alone.
 */
export class PermissionRefused extends Retryable {
  readonly capability: Capability | undefined;
  constructor(code: string, message: string, detail: FailureDetail = {}) {
    super(code, message, detail);
    this.capability = detail.capability;
  }
}

/**
 * Nothing left: the provider does not answer at the moment, or has had as many calls as it takes. Whoever gets this
 * looks again after `retryAfterMs`; it is nobody's failed try.
 */
export class NotNow extends Retryable {
  declare readonly retryAfterMs: number;
  constructor(code: string, message: string, detail: FailureDetail & { retryAfterMs: number }) {
    super(code, message, detail);
  }
}

/** For `.catch`: a certain "no" becomes a value, everything else goes on being thrown. */
export function refusalIn(error: unknown): Terminal {
  if (error instanceof Terminal) return error;
  throw error;
}

export const isFailure = (error: unknown): error is Failure => error instanceof Failure;

/** A rule of ours was broken: stop here rather than act on a wrong belief. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}

/** The `default` of an exhaustive switch. */
export const unreachable = (value: never): never => {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
};
