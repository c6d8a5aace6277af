import type { LegState } from '../../domain/payout-leg.ts';
import { rowOf } from '../gate/checked-call.ts';

const payouts: Readonly<Record<string, LegState>> = {
  Transferred: 'PAID',
  Cancelled: 'FAILED',
  Failed: 'FAILED',
};

/** Payoneer's word for how a payout stands, in ours. The others, and those that nobody knows, are waited for. */
export const legStateOf = (status: string): LegState | undefined => rowOf(payouts, status);
