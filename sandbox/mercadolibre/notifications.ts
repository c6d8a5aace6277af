import { accountById } from '../accounts.ts';
import { randomHex } from '../ids.ts';
import { bare, toJson } from '../json.ts';
import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { sellerOf } from './access.ts';
import { forbidden } from './refusals.ts';
import type { MercadoLibreOrder, Notification } from './state.ts';

const feedsLiveMs = 2 * 86_400_000;

/** Sends `orders_v2`. Not signed: MercadoLibre signs nothing. `again` repeats what was sent last, word for word. */
export function notify(
  world: World,
  order: MercadoLibreOrder,
  options: { times: number; again: boolean; url?: string },
): string[] {
  const notification = options.again && order.notification ? order.notification : compose(world, order);
  order.notification = notification;
  const account = accountById(world, 'mercadolibre', order.accountId);
  world.state.mercadolibre.missedFeeds.set(notification.id, {
    body: notification.body,
    accountId: order.accountId,
    topic: 'orders_v2',
    atMs: world.clock.now(),
  });
  for (let time = 0; time < options.times; time += 1)
    world.webhooks.send({
      eventId: notification.id,
      url: options.url ?? account?.webhookUrl ?? `${world.apiUrl}/api/webhooks/mercadolibre`,
      headers: { 'content-type': 'application/json' },
      body: notification.body,
    });
  return [notification.id];
}

function compose(world: World, order: MercadoLibreOrder): Notification {
  const id = randomHex(32);
  const { clientId } = world.credentials.mercadolibre;
  const body = toJson({
    _id: id,
    resource: `/orders/${order.id}`,
    user_id: BigInt(order.accountId),
    topic: 'orders_v2',
    application_id: /^[1-9]\d*$/.test(clientId) ? bare(clientId) : clientId,
    attempts: 1,
    sent: world.clock.iso(),
    received: world.clock.iso(),
    actions: [],
  });
  return { id, body };
}

/** `GET /missed_feeds`: what did not arrive in the last two days. */
export function missedFeeds(world: World, call: Call): Answer {
  const seller = sellerOf(world, call);
  if (call.query.get('app_id') !== world.credentials.mercadolibre.clientId) throw forbidden();
  const topic = call.query.get('topic');
  const offset = Number(call.query.get('offset') ?? 0);
  const limit = Number(call.query.get('limit') ?? 10);
  const since = world.clock.now() - feedsLiveMs;
  const messages = [...world.state.mercadolibre.missedFeeds.values()]
    .filter(
      feed => feed.accountId === seller.accountId && feed.atMs > since && (topic === null || feed.topic === topic),
    )
    .map(feed => JSON.parse(feed.body) as unknown);
  return { status: 200, body: { messages: messages.slice(offset, offset + limit) } };
}
