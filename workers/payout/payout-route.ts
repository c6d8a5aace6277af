import type { Money } from '../../domain/money.ts';
import type { LegState } from '../../domain/payout-leg.ts';
import type { Departure } from '../../runtime/send-deadline.ts';
import type { Found } from '../../store/effects/intent.ts';
import type { Effect } from '../../store/entities/money.ts';
import type { Environment } from '../../store/entities/people.ts';

/** What the provider calls a payout: PayPal's batch, Payoneer's reference. */
export type Sent = { readonly reference: string };

/** What is frozen of a payout before it leaves; `note`: for its receiver. */
export type Payment = { readonly receiver: string; readonly amount: Money; readonly note: string };

/** How a payout stands at its provider. `state` undefined: nothing final, look again. */
export type PayoutStatus = {
  /** What it was sent under, where the provider tells: our key, when it is ours. */
  readonly key?: string | undefined;
  readonly state: LegState | undefined;
  readonly rawStatus: string;
  /** Accepted, and its provider does not show it: it may be created later. */
  readonly missing?: boolean;
  /** Stopped by its provider, who does not say whether it ends so. */
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
  /** The most it keeps of one payout, held back with the amount. */
  readonly feeMax: Money;
  readonly resendForMs: number;
  /** How long a payout that cannot be found is looked for before a person is asked. */
  readonly lookForMs: number;
  /** The same of one that was accepted, and is not shown. */
  readonly missForMs: number;
  readonly deduplicates: boolean;
  freeze(payment: Payment, key: string): string;
  /** What a frozen request asked to pay. */
  asked(request: string): Money;
  find(effect: Effect): Promise<Found<Sent>>;
  send(effect: Effect, departure: Departure): Promise<Sent>;
  stand(reference: string): Promise<PayoutStatus>;
  /** Takes back what nobody has claimed. */
  cancel(standing: PayoutStatus): Promise<void>;
  balance(): Promise<{ asOf: Date; available: readonly Money[] }>;
};
