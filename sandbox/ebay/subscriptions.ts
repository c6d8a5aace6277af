import { randomUUID } from 'node:crypto';
import type { Account } from '../accounts.ts';
import type { Answer, Call } from '../operation.ts';
import { isShape, type Shape, shapeAt, textAt } from '../shape.ts';
import type { World } from '../world.ts';
import { requireApplication, sellerOf } from './access.ts';
import { challenge } from './challenge.ts';
import { sendTest } from './notifications.ts';
import { accessDenied, refusal } from './refusals.ts';
import type { Destination, Subscription } from './state.ts';

/** Notification v1: destinations are the application's, subscriptions a seller's. */
const subscriptionScope = 'https://api.ebay.com/oauth/api_scope/commerce.notification.subscription';
const statuses = ['ENABLED', 'DISABLED'];
const topics = ['ORDER_CONFIRMATION', 'ITEM_MARKED_SHIPPED', 'MARKETPLACE_ACCOUNT_DELETION'];

const no = (status: number, errorId: number, message: string) => refusal(status, errorId, message, 'API_NOTIFICATION');

/** `PUT /config` */
export function setConfig(world: World, call: Call): Answer {
  requireApplication(world, call);
  const email = textAt(bodyOf(call), 'alertEmail') ?? '';
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw no(400, 195025, 'Invalid or missing email.');
  world.state.ebay.alertEmail = email;
  return { status: 204 };
}

export function listDestinations(world: World, call: Call): Answer {
  requireApplication(world, call);
  checkLimit(call);
  const all = [...world.state.ebay.destinations.values()];
  return { status: 200, body: { total: all.length, destinations: all.map(destinationDocument) } };
}

/** `POST /destination`: asks the endpoint for its challenge first. */
export async function createDestination(world: World, call: Call): Promise<Answer> {
  requireApplication(world, call);
  const { alertEmail, destinations } = world.state.ebay;
  if (alertEmail === undefined) throw no(409, 195003, 'Please provide configurations required for notifications');
  const wanted = await accepted(world, call);
  if ([...destinations.values()].some(({ endpoint }) => endpoint === wanted.endpoint))
    throw no(409, 195021, 'Destination exists for this endpoint');
  const id = randomUUID();
  destinations.set(id, { id, ...wanted });
  return { status: 201, headers: { location: `${world.publicUrl()}/ebay${call.path}/${id}` } };
}

/** `PUT /destination/{id}`: the same for one that is there, also when it was marked down. */
export async function updateDestination(world: World, call: Call): Promise<Answer> {
  requireApplication(world, call);
  const known = world.state.ebay.destinations.get(call.param('id'));
  if (!known) throw no(404, 195022, 'Invalid or missing destination id.');
  Object.assign(known, await accepted(world, call));
  return { status: 204 };
}

async function accepted(world: World, call: Call): Promise<Omit<Destination, 'id'>> {
  const body = bodyOf(call);
  const delivery = shapeAt(body, 'deliveryConfig');
  const [name, endpoint] = [textAt(body, 'name') ?? '', textAt(delivery, 'endpoint') ?? ''];
  if (name.length === 0 || name.length > 64) throw no(400, 195016, 'Invalid name.');
  if (!URL.canParse(endpoint)) throw no(400, 195017, 'Invalid or missing endpoint.');
  if (!statuses.includes(textAt(body, 'status') ?? '')) throw no(400, 195018, 'Invalid or missing destination status.');
  if (textAt(delivery, 'verificationToken') !== world.credentials.ebay.verificationToken)
    throw no(400, 195019, 'Invalid verification token');
  const answered = await challenge(world, endpoint).catch(() => ({ accepted: false }));
  if (!answered.accepted) throw no(409, 195020, 'Challenge verification failed for requested endpoint');
  return { name, endpoint, status: textAt(body, 'status') ?? 'ENABLED' };
}

export function listSubscriptions(world: World, call: Call): Answer {
  const seller = subscriberOf(world, call);
  checkLimit(call);
  const own = [...world.state.ebay.subscriptions.values()].filter(one => one.accountId === seller.accountId);
  return { status: 200, body: { total: own.length, subscriptions: own.map(subscriptionDocument) } };
}

export function createSubscription(world: World, call: Call): Answer {
  const { accountId } = subscriberOf(world, call);
  const body = bodyOf(call);
  const { destinations, subscriptions } = world.state.ebay;
  const [topicId, destinationId] = [textAt(body, 'topicId') ?? '', textAt(body, 'destinationId') ?? ''];
  if (!statuses.includes(textAt(body, 'status') ?? ''))
    throw no(400, 195006, 'Invalid or missing subscription status.');
  if (!topics.includes(topicId)) throw no(403, 195011, 'Not authorized for this topic.');
  const destination = destinations.get(destinationId);
  if (!destination) throw no(400, 195007, 'Invalid or missing destination id.');
  if (destination.status !== 'ENABLED') throw no(409, 195015, 'Destination is disabled');
  const payload = shapeAt(body, 'payload');
  if (textAt(payload, 'schemaVersion') !== '1.0') throw no(400, 195008, 'Invalid or missing schema version.');
  if (textAt(payload, 'format') !== 'JSON') throw no(400, 195009, 'Specified format is not supported for the topic.');
  if (textAt(payload, 'deliveryProtocol') !== 'HTTPS') throw no(400, 195010, 'Invalid or missing protocol');
  const same = (one: Subscription) => one.accountId === accountId && one.topicId === topicId;
  if ([...subscriptions.values()].some(same)) throw no(409, 195012, 'Subscription exists for this topic');
  const id = randomUUID();
  subscriptions.set(id, { id, accountId, topicId, destinationId, status: textAt(body, 'status') ?? 'ENABLED' });
  return { status: 201, headers: { location: `${world.publicUrl()}/ebay${call.path}/${id}` } };
}

export function enableSubscription(world: World, call: Call): Answer {
  ownSubscription(world, call).status = 'ENABLED';
  return { status: 204 };
}

/** `POST /subscription/{id}/test`: one notification with invented contents. */
export function testSubscription(world: World, call: Call): Answer {
  const { accountId, destinationId, status } = ownSubscription(world, call);
  const destination = world.state.ebay.destinations.get(destinationId);
  if (status !== 'ENABLED' || destination?.status !== 'ENABLED') throw no(409, 195015, 'Destination is disabled');
  sendTest(world, accountId, destination.endpoint);
  return { status: 202 };
}

/** eBay gives up on an endpoint that failed too often, and sends nothing there any more. */
export function markDown(world: World): void {
  for (const destination of world.state.ebay.destinations.values()) destination.status = 'MARKED_DOWN';
}

function ownSubscription(world: World, call: Call): Subscription {
  const seller = subscriberOf(world, call);
  const subscription = world.state.ebay.subscriptions.get(call.param('id'));
  if (subscription?.accountId !== seller.accountId) throw no(404, 195013, 'The subscription id does not exist.');
  return subscription;
}

function checkLimit(call: Call): void {
  const limit = Number(call.query.get('limit') ?? 20);
  if (!(limit >= 10 && limit <= 100)) throw no(400, 195004, 'Invalid limit. Supported ranges 10 - 100.');
}

function subscriberOf(world: World, call: Call): Account {
  const seller = sellerOf(world, call);
  if (!seller.scopes.includes(subscriptionScope)) throw accessDenied();
  return seller;
}

function bodyOf(call: Call): Shape {
  try {
    const body: unknown = call.contentType === 'application/json' ? JSON.parse(call.text) : undefined;
    if (isShape(body)) return body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw no(400, 195001, 'Invalid request');
}

const destinationDocument = ({ id, name, endpoint, status }: Destination) => ({
  destinationId: id,
  name,
  status,
  deliveryConfig: { endpoint },
});

const subscriptionDocument = ({ id, topicId, destinationId, status }: Subscription) => ({
  subscriptionId: id,
  topicId,
  destinationId,
  status,
  payload: { format: 'JSON', schemaVersion: '1.0', deliveryProtocol: 'HTTPS' },
});
