import { subjectOf } from '../../../providers/paypal/event-subject.ts';
import { storeEvent } from '../../../store/events/inbound-events.ts';
import type { Stage } from '../../support/stage.ts';
import { type Changes, performWith } from '../workbench.ts';

let told = 0;

/** Stores an event of PayPal, as the api would; answers its id. */
export async function storeNews(stage: Stage, type: string, resource: object): Promise<string> {
  told += 1;
  const eventId = `WH-NEWS-${told}`;
  const body = Buffer.from(JSON.stringify({ id: eventId, event_type: type, resource_type: 'any', resource }));
  const subject = subjectOf({ resource: { ...resource } });
  const stored = {
    source: 'paypal',
    eventId,
    type,
    subject,
    headers: {},
    body,
    credentialId: null,
    wanted: true,
  } as const;
  const event = await stage.store.transaction(em => storeEvent(em, stored));
  if (!event) throw new Error(`${eventId} was told before`);
  return event.id;
}

/** PayPal tells us, and it is applied at once. */
export const tell = async (stage: Stage, type: string, resource: object, changes: Changes = {}): Promise<string> =>
  performWith(stage, changes, 'apply-event', await storeNews(stage, type, resource));

/** The buyer complains, or PayPal decides, and tells us. */
export async function dispute(stage: Stage, captureId: string, step: object): Promise<string> {
  const { id } = await stage.control<{ id: string }>('dispute', { captureId, ...step });
  return tell(stage, 'CUSTOMER.DISPUTE.UPDATED', { dispute_id: id });
}

/** What PayPal tells of a refund: itself, and the capture that it is of. */
export const refundOf = (captureId: string, refundId: string): object => ({
  id: refundId,
  links: [{ rel: 'up', href: `https://api.paypal.com/v2/payments/captures/${captureId}` }],
});

export const openDispute = { status: 'OPEN' };
export const sellerWins = { status: 'RESOLVED', outcome: 'RESOLVED_SELLER_FAVOUR' };
export const buyerWins = { status: 'RESOLVED', outcome: 'RESOLVED_BUYER_FAVOUR' };
