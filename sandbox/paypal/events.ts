import { randomUUID, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { randomCode } from '../ids.ts';
import { toJson } from '../json.ts';
import type { World } from '../world.ts';

/** Sends one webhook event, signed as PayPal signs: RSA-SHA256 over id, time, webhook id and the body's CRC. */
export function sendEvent(world: World, type: string, resourceType: string, resource: unknown): void {
  const id = `WH-${randomCode(17)}-${randomCode(17)}`;
  const time = `${world.clock.iso().slice(0, 19)}Z`;
  const body = toJson({
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
  const { certificateId } = world.state.keys.paypal;
  const transmissionId = randomUUID();
  const signed = [transmissionId, time, world.credentials.paypal.webhookId, crc32(Buffer.from(body, 'utf8'))].join('|');
  world.webhooks.send({
    eventId: id,
    url: `${world.apiUrl}/api/webhooks/paypal`,
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
