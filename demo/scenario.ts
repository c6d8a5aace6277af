import type { FailureReason, OrderState } from '../domain/order.ts';
import type { Stage } from './stage.ts';

/** How one order must end. */
export type Ending = {
  /** Ours, or the marketplace's own number and line. */
  readonly order: { id: string } | { externalOrderId: string; line: number };
  readonly status: OrderState;
  readonly reason?: FailureReason;
  readonly settled: boolean;
  readonly supplierOrders: number;
  readonly payouts: number;
  /** The refunds of a sale that stays booked, one by one, in cents; none when left out. */
  readonly refunds?: readonly number[];
  /** What the supplier kept of a purchase that it cancelled, in cents. */
  readonly keptBySupplier?: number;
  /** If it is refunded before anything is bought, a person decides; if after, less may be paid out. */
  readonly mayBeStopped?: true;
};

export type Scenario = {
  readonly name: string;
  readonly title: string;
  /** How many orders one performance makes. */
  readonly orders: number;
  /** Changes what all orders share: such scenarios play one after the other, after the rest. */
  readonly alone?: boolean;
  /** Needs a Chromium on this machine. */
  readonly inBrowser?: boolean;
  play(stage: Stage): Promise<readonly Ending[]>;
};

/** Bought once, and both shares paid out. */
export const settled = (order: Ending['order'], change: Partial<Ending> = {}): Ending => ({
  order,
  status: 'PURCHASED',
  settled: true,
  supplierOrders: 1,
  payouts: 2,
  ...change,
});

export const failed = (order: Ending['order'], reason: FailureReason): Ending => ({
  order,
  status: 'FAILED',
  reason,
  settled: false,
  supplierOrders: 0,
  payouts: 0,
});

/** `PURCHASED, settled, 1 bought, 2 paid out` */
export function tellEnding({ status, reason, settled, supplierOrders, payouts }: Ending): string {
  const state = reason ? `${status} (${reason})` : status;
  return [state, ...(settled ? ['settled'] : []), `${supplierOrders} bought`, `${payouts} paid out`].join(', ');
}
