import type { InboundEvent } from '../../store/entities/order.ts';
import type { Context } from '../context/context.ts';
import { latePayout } from '../payout/late-payout.ts';

/** A Payoneer event names a payout by our own key; the payout is read back. */
export const payoutEvent = async (ctx: Context, { type, subject }: InboundEvent): Promise<string | undefined> =>
  subject ? latePayout(ctx, 'payoneer', type, { key: subject }) : undefined;
