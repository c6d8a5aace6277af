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
  /**
   * The fields of the request that the provider rejected, as it names them:
   * `/purchase_units/0/shipping/address/postal_code`.
   */
  fields?: readonly string[];
  /** With a refused permission: the one capability that is refused. Without it the whole account is refused. */
  capability?: Capability | undefined;
  /** The provider's answer, without our secrets and cut to `answerKeptChars`, for a person to read. */
  answer?: string;
  cause?: unknown;
};

/** How many characters of an answer are kept for a person to read. */
const answerKeptChars = 20_000;

export abstract class Failure extends Error {
  abstract readonly kind: FailureKind;
  /** Stable, upper-case, safe to show and to count: `PAYPAL_INSTRUMENT_DECLINED`. */
  readonly code: string;
  readonly provider: string | undefined;
  readonly reference: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly fields: readonly string[];
  /** Private, so that no log line holds it: it may name a buyer. */
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
 * The answer to a read lacks what is needed, or has a form that we do not know, so nothing is concluded from it. It is
 * read again, and past a horizon a person reads `answer`.
 */
export class Unreadable extends Retryable {}

/** The provider knows nothing of what was asked for, or not yet. */
export class NotThere extends Retryable {}

/**
 * The provider does not let this account, or our application in its name, do what was asked. Nothing happened, and
 * nothing will until a person changes that at the provider: the account is stopped, and the work that needs it waits.
 * With a `capability`, only that is refused, and the rest of the account goes on.
 */
export class PermissionRefused extends Retryable {
  readonly capability: Capability | undefined;
  constructor(code: string, message: string, detail: FailureDetail = {}) {
    super(code, message, detail);
    this.capability = detail.capability;
  }
}

/**
 * The call did not leave: the provider does not answer at the moment, or its rate limit is used up. The caller tries
 * again after `retryAfterMs`; it does not count as a failed attempt.
 */
export class NotNow extends Retryable {
  declare readonly retryAfterMs: number;
  constructor(code: string, message: string, detail: FailureDetail & { retryAfterMs: number }) {
    super(code, message, detail);
  }
}

/** For `.catch`: a certain "no" becomes a value, everything else is thrown on. */
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
