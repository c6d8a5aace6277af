import { randomCode } from '../ids.ts';
import type { Answer, Call } from '../operation.ts';
import { isShape, listAt, type Shape, textAt } from '../shape.ts';
import type { World } from '../world.ts';
import { bodyOf } from './access.ts';
import { link } from './links.ts';
import { invalidRequest, notFound, refusal } from './refusals.ts';
import type { Webhook } from './state.ts';

const mostWebhooks = 10;
const typePattern = /^(\*|[A-Z][A-Z-]*(\.[A-Z-]+)+)$/;

/** The subscription that the credentials name, as it was at first or as it was changed, and all that came after it. */
export function webhooksOf(world: World): Webhook[] {
  const id = world.credentials.paypal.webhookId;
  const first: Webhook = { id, url: `${world.apiUrl}/api/webhooks/paypal`, eventTypes: ['*'] };
  return [...new Map([[id, first], ...world.state.paypal.webhooks]).values()];
}

/** `GET /v1/notifications/webhooks`. */
export const listWebhooks = (world: World): Answer => ({
  status: 200,
  body: { webhooks: webhooksOf(world).map(webhook => webhookDocument(world, webhook)) },
});

/** `POST /v1/notifications/webhooks`: one per URL, ten in all. */
export function createWebhook(world: World, call: Call): Answer {
  const body = bodyOf(call);
  const webhook = { id: randomCode(17), url: readUrl(world, body.url), eventTypes: readTypes(body.event_types) };
  if (webhooksOf(world).some(({ url }) => url === webhook.url)) throw refusal(400, 'WEBHOOK_URL_ALREADY_EXISTS');
  if (webhooksOf(world).length >= mostWebhooks) throw refusal(400, 'WEBHOOK_NUMBER_LIMIT_EXCEEDED');
  world.state.paypal.webhooks.set(webhook.id, webhook);
  return { status: 201, body: webhookDocument(world, webhook) };
}

/** `PATCH /v1/notifications/webhooks/{id}`: `replace` of `/url` or `/event_types`, and nothing else. */
export function updateWebhook(world: World, call: Call): Answer {
  const before = webhooksOf(world).find(({ id }) => id === call.param('id'));
  if (!before) throw notFound('webhook_id');
  let webhook = before;
  for (const change of changesIn(call)) {
    const path = textAt(change, 'path');
    if (textAt(change, 'op') !== 'replace') throw invalidRequest('INVALID_PARAMETER_VALUE', '/op');
    if (path === '/url') webhook = { ...webhook, url: readUrl(world, change.value) };
    else if (path === '/event_types') webhook = { ...webhook, eventTypes: readTypes(change.value) };
    else throw invalidRequest('INVALID_PARAMETER_VALUE', '/path');
  }
  const other = webhooksOf(world).find(({ id, url }) => url === webhook.url && id !== webhook.id);
  if (other) throw refusal(400, 'WEBHOOK_URL_ALREADY_EXISTS');
  world.state.paypal.webhooks.set(webhook.id, webhook);
  return { status: 200, body: webhookDocument(world, webhook) };
}

/** `DELETE /v1/notifications/webhooks/{id}`; the subscription that the credentials name stays. */
export function deleteWebhook(world: World, call: Call): Answer {
  if (!world.state.paypal.webhooks.delete(call.param('id'))) throw notFound('webhook_id');
  return { status: 204 };
}

/** A patch is a list, unlike every other body. */
function changesIn(call: Call): Shape[] {
  const changes = listAt(bodyOf({ ...call, text: `{"changes":${call.text.trim() || 'null'}}` }), 'changes');
  if (changes.length === 0 || !changes.every(isShape)) throw invalidRequest('INVALID_PARAMETER_SYNTAX', '/');
  return changes.filter(isShape);
}

/** HTTPS only, except to the product beside this sandbox. */
function readUrl(world: World, value: unknown): string {
  const url = typeof value === 'string' && value.length <= 2048 ? URL.parse(value) : null;
  if (!url) throw invalidRequest('MISSING_REQUIRED_PARAMETER', '/url');
  if (url.protocol !== 'https:' && url.origin !== new URL(world.apiUrl).origin)
    throw refusal(400, 'VALIDATION_ERROR', [{ field: 'url', issue: 'Not a valid webhook URL' }]);
  return url.href;
}

function readTypes(value: unknown): string[] {
  const names = Array.isArray(value) ? value.map(type => (isShape(type) ? (textAt(type, 'name') ?? '') : '')) : [];
  if (names.length === 0) throw invalidRequest('MISSING_REQUIRED_PARAMETER', '/event_types');
  if (!names.every(name => typePattern.test(name)))
    throw refusal(400, 'VALIDATION_ERROR', [{ field: 'event_types', issue: 'Not a valid event type' }]);
  return names;
}

const webhookDocument = (world: World, { id, url, eventTypes }: Webhook) => ({
  id,
  url,
  event_types: eventTypes.map(name => ({ name, description: name, status: 'ENABLED' })),
  links: [
    link(world, `/v1/notifications/webhooks/${id}`, 'self'),
    link(world, `/v1/notifications/webhooks/${id}`, 'update', 'PATCH'),
    link(world, `/v1/notifications/webhooks/${id}`, 'delete', 'DELETE'),
  ],
});
