import { randomUUID, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { randomCode } from '../ids.ts';
import { toJson } from '../json.ts';
import type { World } from '../world.ts';
import type { Webhook } from './state.ts';
import { webhooksOf } from './subscriptions.ts';

/** Notes one webhook event and sends it to whoever subscribed to it, signed as PayPal signs: RSA-SHA256 over id, time, webhook id and the body's CRC. */
export function sendEvent(world: World, type: string, resourceType: string, resource: unknown): void {
  const id = `WH-${randomCode(17)}-${randomCode(17)}`;
  sendDocument(world, type, {
    id,
    event_version: '1.0',
    create_time: world.clock.iso(),
    resource_type: resourceType,
    resource_version: resourceType === 'checkout-order' || resourceType === 'capture' ? '2.0' : '1.0',
    event_type: type,
    summary: type,
    resource,
    links: [{ href: `${world.publicUrl()}/paypal/v1/notifications/webhooks-events/${id}`, rel: 'self', method: 'GET' }],
  });
}

/** The same with whatever is in it: genuine events were seen without a type or a resource, and with ids of other kinds. */
export function sendDocument(world: World, type: string, document: Readonly<Record<string, unknown>>): void {
  const id = String(document.id ?? '');
  const time = `${world.clock.iso().slice(0, 19)}Z`;
  const body = toJson(document);
  world.state.paypal.events.push({ id, type, atMs: world.clock.now(), body });
  for (const webhook of webhooksOf(world)) if (wants(webhook, type)) deliver(world, webhook, { id, time, body });
}

const wants = ({ eventTypes }: Webhook, type: string): boolean => eventTypes.includes('*') || eventTypes.includes(type);

function deliver(world: World, webhook: Webhook, { id, time, body }: { id: string; time: string; body: string }): void {
  const { certificateId } = world.state.keys.paypal;
  const transmissionId = randomUUID();
  const signed = [transmissionId, time, webhook.id, crc32(Buffer.from(body, 'utf8'))].join('|');
  world.webhooks.send({
    eventId: id,
    url: webhook.url,
    headers: {
      'content-type': 'application/json',
      'paypal-transmission-id': transmissionId,
      'paypal-transmission-time': time,
      'paypal-transmission-sig': sign('sha256', Buffer.from(signed), world.signers.paypal).toString('base64'),
      'paypal-cert-url': `${world.publicUrl()}/paypal/v1/notifications/certs/${certificateId}`,
      'paypal-auth-algo': 'SHA256withRSA',
    },
    body,
  });
}
