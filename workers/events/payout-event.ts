import type { InboundEvent } from '../../store/entities/order.ts';
import type { Context } from '../context/context.ts';
import { latePayout } from '../payout/late-payout.ts';

/** Payoneer tells of a payout by our own reference: it is read back. */
export const payoutEvent = async (ctx: Context, { type, subject }: InboundEvent): Promise<string | undefined> =>
  subject ? latePayout(ctx, 'payoneer', type, { key: subject }) : undefined;
