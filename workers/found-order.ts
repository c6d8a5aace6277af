import { invariant } from '../domain/outcome.ts';
import type { InboundEvent } from '../store/entities/order.ts';
import type { Credential } from '../store/entities/people.ts';
import type { NewEvent } from '../store/inbound-events.ts';
import { isMarketplace } from './marketplace.ts';

const type = 'FOUND_ORDER';

/**
 * An order that a search has found, as an event like a notification of it. Each change of an order is one event,
 * however often and by however many searches it is found.
 */
export function foundOrder(credential: Credential, { orderId, modifiedAt }: { orderId: string; modifiedAt: Date }) {
  const source = credential.apiName;
  invariant(isMarketplace(source), `${source} is a marketplace`);
  const eventId = `found/${credential.id}/${orderId}/${modifiedAt.toISOString()}`;
  const body = Buffer.from(JSON.stringify({ orderId }));
  return {
    source,
    eventId,
    type,
    subject: orderId,
    body,
    credentialId: credential.id,
    wanted: true,
  } satisfies NewEvent;
}

/** The order, when the event is one of these and no notification. */
export const foundOrderId = (event: InboundEvent): string | undefined =>
  event.type === type ? (event.subject ?? undefined) : undefined;
