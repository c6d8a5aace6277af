/** When an order is done with: bought, its sale booked, and every share of it paid. */
import type { OrderState } from './order.ts';
import type { LegState } from './payout-leg.ts';

/** Its goods were paid for and are on their way, or have arrived. */
export const boughtStates = ['PURCHASED', 'SHIPPED', 'DELIVERED'] as const satisfies readonly OrderState[];

/** A share that was cancelled is owed to nobody: those of a first purchase stay when the order is bought again. */
export const endedLegs = ['PAID', 'CANCELLED'] as const satisfies readonly LegState[];

type Share = { readonly status: LegState };
type SoldOrder = { readonly status: OrderState; readonly saleBookedAt?: Date | null | undefined };

/** The shares that are owed, or were. */
export const owedShares = <Leg extends Share>(legs: readonly Leg[]): Leg[] =>
  legs.filter(({ status }) => status !== 'CANCELLED');

export const isSettled = ({ status, saleBookedAt }: SoldOrder, legs: readonly Share[]): boolean =>
  boughtStates.some(bought => bought === status) &&
  saleBookedAt != null &&
  legs.every(leg => endedLegs.some(ended => ended === leg.status));
