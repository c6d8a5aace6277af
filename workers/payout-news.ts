import { payout } from '../queues/payout.ts';
import type { InboundEvent } from '../store/entities/order.ts';
import { legByPayoutKey, wakeLeg } from '../store/legs.ts';
import type { Context } from './context.ts';

/** Payoneer tells of a payout: its leg reads it back, also when it is paid, for its money may have come back. */
export const payoutNews = (ctx: Context, { type, subject }: InboundEvent): Promise<string | undefined> =>
  ctx.transact(async (em, enqueue) => {
    const leg = subject ? await legByPayoutKey(em, 'payoneer', subject) : null;
    const woken = leg && (await wakeLeg(em, leg.id));
    if (!woken) return undefined;
    enqueue(payout.jobFor(woken));
    return `${type}: the leg of payout ${subject} is read back`;
  });
