import { invariant } from '../../domain/call-outcome.ts';
import { isMarketplace } from '../../domain/sale-channel.ts';
import { digestOf, type Listed } from '../../providers/wire/fields.ts';
import type { InboundEvent } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import type { NewEvent } from '../../store/events/inbound-events.ts';
import { unreadableElement } from '../../store/events/untaken-events.ts';

const type = 'FOUND_ORDER';

/** One order of a search; `version` changes with the order. */
type Found = { orderId: string; version: string };

/**
 * Makes an event of an order that a search has found, as a notification would have. Each change of an order is one
 * event, however often and by however many searches it is found.
 */
export const orderFound = (credential: Credential, found: Listed<Found>): NewEvent =>
  'unread' in found ? unreadElement(credential, found.unread) : eventOf(credential, found.read);

function eventOf(credential: Credential, { orderId, version }: Found): NewEvent {
  return {
    source: sourceOf(credential),
    eventId: `found/${credential.id}/${orderId}/${version}`,
    type,
    subject: orderId,
    body: Buffer.from(JSON.stringify({ orderId })),
    credentialId: credential.id,
    wanted: true,
  };
}

/** An element of a list that we cannot read is kept as it is, for an operator: it may be a sale. */
export const unreadElement = (credential: Credential, text: string): NewEvent => ({
  source: sourceOf(credential),
  eventId: `unread/${credential.id}/${digestOf(text)}`,
  type: unreadableElement,
  body: Buffer.from(text),
  credentialId: credential.id,
  wanted: false,
  unreadable: `an element of a list of ${credential.apiName} account ${credential.accountName}: it may be a sale`,
});

function sourceOf({ apiName }: Credential): 'ebay' | 'mercadolibre' {
  invariant(isMarketplace(apiName), `${apiName} is a marketplace`);
  return apiName;
}

/** The order id of an event that `orderFound` made; undefined for a notification. */
export const foundOrderId = (event: InboundEvent): string | undefined =>
  event.type === type ? (event.subject ?? undefined) : undefined;
