import { unreachable } from '../../domain/call-outcome.ts';
import type { EventId } from '../../domain/ids.ts';
import { ourKeyIn } from '../../domain/our-idempotency-keys.ts';
import { parseLeniently } from '../../providers/gate/checked-call.ts';
import type { InboundEvent } from '../../store/entities/order.ts';
import { closeEvent, findEvent } from '../../store/events/inbound-events.ts';
import type { Context, Processor } from '../context/context.ts';
import { eraseBuyer } from '../forgetting/marketplace-account-deletion.ts';
import { payoutEvent } from './payout-event.ts';
import { paypalEvent } from './paypal-event.ts';
import { supplierEvent } from './supplier-event.ts';

/** Finds what a stored event is about and reads that back from its provider: the event's own claims are not trusted. */
export const applyEvent: Processor<'eventId'> = async ({ eventId }, ctx) => {
  const event = await ctx.store.read(em => findEvent(em, eventId as EventId));
  if (event?.status !== 'RECEIVED') return 'nothing to do: the event was dealt with';
  const text = await apply(ctx, event);
  if (text) return close(ctx, event, 'APPLIED', text);
  const key = ourKeyIn(parseLeniently(Buffer.from(event.body).toString('utf8')));
  // It names a key of our form that we do not know: it stays visible until an operator has explained it.
  if (key) return close(ctx, event, 'FAILED', `it names ${key}, which has the form of our keys, and we do not know it`);
  await close(ctx, event, 'IGNORED', 'not about us');
  return 'ignored: it is about nothing of ours';
};

async function close(ctx: Context, { id }: InboundEvent, status: 'APPLIED' | 'IGNORED' | 'FAILED', text: string) {
  await ctx.store.write(em => closeEvent(em, id, status, text));
  return text;
}

function apply(ctx: Context, event: InboundEvent): Promise<string | undefined> {
  switch (event.source) {
    case 'paypal':
      return paypalEvent(ctx, event);
    case 'payoneer':
      return payoutEvent(ctx, event);
    case 'aliexpress':
      return supplierEvent(ctx, event);
    case 'ebay':
      return eraseBuyer(ctx, event);
    case 'mercadolibre':
    case 'inline':
      throw new Error(`an event of ${event.source} is a sale: it is imported`);
    default:
      return unreachable(event.source);
  }
}
