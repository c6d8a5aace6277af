import type { InboundEvent } from '../../store/entities/order.ts';
import type { Context } from '../context/context.ts';
import { payoutTold } from '../payout/late-payout.ts';

/** Payoneer tells of a payout by our own reference: it is read back. */
export const payoutNews = async (ctx: Context, { type, subject }: InboundEvent): Promise<string | undefined> =>
  subject ? payoutTold(ctx, 'payoneer', type, { key: subject }) : undefined;
