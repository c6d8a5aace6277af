import type { Money } from '../../domain/money.ts';
import type { LegState } from '../../domain/payout-leg.ts';
import type { Departure } from '../../runtime/send-deadline.ts';
import type { Found } from '../../store/effects/intent.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Environment } from '../../store/entities/people.ts';

/** The provider's name of a payout: PayPal's batch id, or our reference at Payoneer. */
export type Sent = { readonly reference: string };

/** What a payout's request freezes; `note` is shown to the receiver. */
export type Payment = { readonly receiver: string; readonly amount: Money; readonly note: string };

/** A payout's status at its provider. `state` is undefined while nothing is final: look again. */
export type PayoutStatus = {
  /** The sender's key, where the provider shows it: our idempotency key, if the payout is ours. */
  readonly key?: string | undefined;
  readonly state: LegState | undefined;
  readonly rawStatus: string;
  /** Accepted, but the provider does not show it: it may be created later. */
  readonly missing?: boolean;
  /** Blocked by the provider, which does not say whether that is final. */
  readonly blocked?: boolean;
  readonly reason?: string | undefined;
  readonly itemId?: string | undefined;
  readonly amount?: Money | undefined;
  readonly fee?: Money | undefined;
};

/** All that differs between the providers that pay out. */
export type PayoutRoute = {
  readonly name: 'paypal' | 'payoneer';
  /** For people. */
  readonly label: string;
  /** The outside account that pays. */
  readonly account: string;
  readonly environment: Environment;
  /** The highest fee for one payout, reserved with the amount. */
  readonly feeMax: Money;
  readonly resendForMs: number;
  /** How long a payout that cannot be found is looked for before a person is asked. */
  readonly lookForMs: number;
  /** The same for a payout that was accepted, and is not shown. */
  readonly missForMs: number;
  readonly deduplicates: boolean;
  freeze(payment: Payment, key: string): string;
  /** The amount in a frozen request. */
  asked(request: string): Money;
  find(effect: Effect): Promise<Found<Sent>>;
  send(effect: Effect, departure: Departure): Promise<Sent>;
  stand(reference: string): Promise<PayoutStatus>;
  /** Cancels an unclaimed payout. */
  cancel(standing: PayoutStatus): Promise<void>;
  balance(): Promise<{ asOf: Date; available: readonly Money[] }>;
};
