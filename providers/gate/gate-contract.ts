/** What a client says of a call, and what the gate makes of it. */
import type { Capability } from '../../domain/connection.ts';
import type { Provider, ProviderState } from '../../domain/provider.ts';
import type { Departure } from '../../runtime/send-deadline.ts';
import type { HttpAnswer } from '../wire/http.ts';
import type { LimitName } from './rate-limits.ts';

/**
 * What a second call would cost. `read`: nothing. `money`: goods bought, money moved or a single-use token spent
 * twice, so whatever cannot be proven is Uncertain.
 */
export type Stakes = 'read' | 'money';

export type Call = {
  provider: Provider;
  stakes: Stakes;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Until when it may leave, where it was marked as sent before. */
  departure?: Departure | undefined;
  /** The outside account it is made for; none where it is made for our application itself. */
  account?: string | undefined;
  /** The provider's limit that it counts against. */
  limit?: LimitName | undefined;
  /** Which of the provider's APIs is called; by its address, where the client does not say. */
  family?: string | undefined;
  /** Its provider's other calls do not depend on it. */
  aside?: true | undefined;
  /** What it has to pass; a process of ours has one, tests of the wire have none. */
  gate: Gate | undefined;
  /** Its answer holds tokens: nothing of it is kept as evidence. */
  secret?: true;
  /** What an account is of use without; a refusal of this call stops nothing else. */
  capability?: Capability | undefined;
};

/**
 * How the provider was when it answered. `throttled`: it has had enough, and may say for how long: of calls like this one
 * for this account, of calls like this one for any account, or of all of our application's calls.
 */
export type Health = {
  readonly state: 'well' | 'ill' | 'throttled';
  readonly waitMs?: number;
  readonly of?: 'account' | 'family' | 'application';
};

/** One request, and how to tell the provider's health from its answer. */
export type Exchange = { send(): Promise<HttpAnswer>; healthOf(answer: HttpAnswer): Health };

export type Gate = {
  /** Sends when it may be sent now. @throws NotNow when nothing left, CallFailed */
  pass(call: Call, exchange: Exchange): Promise<HttpAnswer>;
  state(provider: Provider): ProviderState;
  /** Says when some provider's state has changed. Gives what ends it. */
  watch(changed: () => void): () => void;
  /** One look at what other processes have posted. */
  look(): Promise<void>;
  close(): Promise<void>;
};
