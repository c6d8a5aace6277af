import { randomUUID, sign } from 'node:crypto';
import { accountById } from '../accounts.ts';
import { toJson } from '../json.ts';
import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { requireApplication } from './access.ts';
import { refusal } from './refusals.ts';
import type { EbayOrder } from './state.ts';

/** Sends ORDER_CONFIRMATION, one per line item; `again` repeats what was sent last, word for word. */
export function notify(
  world: World,
  order: EbayOrder,
  options: { times: number; again: boolean; url?: string },
): string[] {
  if (!options.again || order.notifications.length === 0)
    order.notifications = order.lines.map(line => compose(world, order, line.lineItemId));
  const url = options.url ?? `${world.apiUrl}/api/webhooks/ebay`;
  for (const notification of order.notifications)
    for (let time = 0; time < options.times; time += 1) post(world, url, notification);
  return order.notifications.map(({ id }) => id);
}

/** Nothing is sent to an endpoint that eBay has given up on. A seller who never subscribed counts as one who did. */
function post(world: World, url: string, { id, body }: { id: string; body: string }): void {
  const destination = [...world.state.ebay.destinations.values()].find(({ endpoint }) => endpoint === url);
  if (destination && destination.status !== 'ENABLED') return;
  const headers = { 'content-type': 'application/json', 'x-ebay-signature': signatureOf(world, body) };
  world.webhooks.send({ eventId: id, url, headers, body });
}

/** What a subscription's test sends: the topic is right, the order exists nowhere. */
export function sendTest(world: World, accountId: string, url: string): void {
  const at = world.clock.iso();
  post(world, url, compose(world, { accountId, createdAt: at, orderId: '00-00000-00000' }, '0'));
}

function compose(
  world: World,
  order: Pick<EbayOrder, 'accountId' | 'createdAt' | 'orderId'>,
  lineItemId: string,
): { id: string; body: string } {
  const id = randomUUID();
  const seller = accountById(world, 'ebay', order.accountId);
  const body = toJson({
    metadata: { topic: 'ORDER_CONFIRMATION', schemaVersion: '1.0', deprecated: false },
    notification: {
      notificationId: id,
      eventDate: order.createdAt,
      publishDate: world.clock.iso(),
      publishAttemptCount: 1,
      data: {
        username: seller?.accountName,
        userId: order.accountId,
        orderId: order.orderId,
        orderLineItemId: lineItemId,
      },
    },
  });
  return { id, body };
}

/** `X-EBAY-SIGNATURE`: ECDSA with SHA-1 over the body's bytes, in an envelope of its own. */
function signatureOf(world: World, body: string): string {
  const { kid } = world.state.keys.ebay;
  const signature = sign('sha1', Buffer.from(body, 'utf8'), world.signers.ebay).toString('base64');
  return Buffer.from(JSON.stringify({ alg: 'ecdsa', kid, signature, digest: 'SHA1' })).toString('base64');
}

/** `GET /commerce/notification/v1/public_key/{kid}`: PEM in one line, which most parsers refuse. */
export function getPublicKey(world: World, call: Call): Answer {
  requireApplication(world, call);
  const { kid, publicKey } = world.state.keys.ebay;
  if (call.param('kid') !== kid) throw refusal(404, 195001, 'Invalid or missing public key id', 'API_NOTIFICATION');
  return { status: 200, body: { key: publicKey.replaceAll('\n', ''), algorithm: 'ECDSA', digest: 'SHA1' } };
}
