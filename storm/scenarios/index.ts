import type { Scenario } from '../../demo/scenario.ts';
import { atAnyMoment } from './any-moment.ts';
import { addressCorrected, payoutAddressCorrected } from './corrections.ts';
import { disputeLost, disputeWon, refundedInFull, refundedInPart, reversedAfterSale } from './money-back.ts';
import { paidByPayoneer, payoutCameBack, payoutFailed, payoutReturned, payoutUnclaimed } from './payouts.ts';
import { cancelledBySupplier, cancelledInPart, neverPaidSupplier } from './supplier.ts';

/** Changes to a sale after it was made. */
export const aftermath: readonly Scenario[] = [
  refundedInPart,
  refundedInFull,
  reversedAfterSale,
  disputeWon,
  disputeLost,
  paidByPayoneer,
  payoutFailed,
  payoutReturned,
  payoutUnclaimed,
  payoutCameBack,
  cancelledBySupplier,
  cancelledInPart,
  neverPaidSupplier,
  addressCorrected,
  payoutAddressCorrected,
  ...atAnyMoment,
];
