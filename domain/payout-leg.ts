/**
 * One beneficiary's share of one sale.
 *
 *   PENDING ──► SENT ──► PAID                       PAID may come back: RETURNED, REVERSED
 *      │          ├────► UNCLAIMED ──► RETURNED     (no account there; the provider returns it after 30 days)
 *      ▼          └────► FAILED
 *   SKIPPED_INSUFFICIENT_FUNDS ──► PENDING          taken up again by itself when funds arrive
 *
 * SENT means the intent is committed and the provider may have it. A batch's SUCCESS says nothing: only the item's own
 * status moves a leg. FAILED, RETURNED and REVERSED owe the money again; a person decides what then. CANCELLED never
 * left, or came back: its sale was refunded before it could be paid. If the provider says of any of these that the
 * money arrived after all, the leg becomes SENT again, and its status is read.
 */
import type { StateTable } from './state-table.ts';

export const legStates = [
  'PENDING',
  'SENT',
  'PAID',
  'SKIPPED_INSUFFICIENT_FUNDS',
  'UNCLAIMED',
  'FAILED',
  'RETURNED',
  'REVERSED',
  'CANCELLED',
  'NEEDS_REVIEW',
] as const;
export type LegState = (typeof legStates)[number];

export const legMoves: StateTable<LegState> = {
  PENDING: ['SENT', 'SKIPPED_INSUFFICIENT_FUNDS', 'CANCELLED', 'NEEDS_REVIEW'],
  SENT: [
    'PAID',
    'UNCLAIMED',
    'FAILED',
    'RETURNED',
    'REVERSED',
    'SKIPPED_INSUFFICIENT_FUNDS',
    'CANCELLED',
    'NEEDS_REVIEW',
  ],
  PAID: ['RETURNED', 'REVERSED'],
  SKIPPED_INSUFFICIENT_FUNDS: ['PENDING', 'SENT', 'CANCELLED', 'NEEDS_REVIEW'],
  UNCLAIMED: ['PAID', 'RETURNED', 'REVERSED', 'FAILED', 'NEEDS_REVIEW'],
  FAILED: ['PENDING', 'SENT', 'CANCELLED', 'NEEDS_REVIEW'],
  RETURNED: ['PENDING', 'SENT', 'CANCELLED', 'NEEDS_REVIEW'],
  REVERSED: ['PENDING', 'SENT', 'CANCELLED', 'NEEDS_REVIEW'],
  CANCELLED: ['SENT'],
  NEEDS_REVIEW: ['PENDING', 'PAID', 'FAILED', 'CANCELLED'],
};

/** A job still moves these on by itself. */
export const openLegStates = [
  'PENDING',
  'SENT',
  'SKIPPED_INSUFFICIENT_FUNDS',
  'UNCLAIMED',
] as const satisfies readonly LegState[];
export const isOpenLeg = (state: LegState): boolean => openLegStates.some(open => open === state);

/** The provider's own word: the money is not with the receiver. */
export const cameBack = ['FAILED', 'RETURNED', 'REVERSED'] as const satisfies readonly LegState[];
export const hasComeBack = (state: LegState | undefined): boolean => cameBack.some(back => back === state);

export type Beneficiary = 'admin' | 'reseller';
