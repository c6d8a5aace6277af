import { invariant } from '../../domain/call-outcome.ts';
import { type CallOptions, succeeded } from '../gate/checked-call.ts';
import { alreadyDone } from './already-done.ts';
import { isMissing, refused } from './classify.ts';
import type { Exchanges } from './exchange.ts';
import { nextQuery, type Range, toSeconds } from './paging.ts';
import * as schema from './schema.ts';

/** Where PayPal sends events, and which: `*` is every type, those of the future included. */
export type Webhook = { id: string; url: string; eventTypes: string[] };
type NewWebhook = { url: string; eventTypes: readonly string[] };

const path = '/v1/notifications/webhooks';

/** Webhooks v1: the subscription of our application, and the events that it should have received. */
export function subscriptionCalls({ reading, exchange, accept, get }: Exchanges) {
  async function listWebhooks(options: CallOptions = {}): Promise<Webhook[]> {
    return (await get(reading(options), path, schema.webhooks)).webhooks.map(toWebhook);
  }

  /** If PayPal has the URL already, its subscription stays as it is, with its own event types. */
  async function createWebhook({ url, eventTypes }: NewWebhook, options: CallOptions = {}): Promise<Webhook> {
    const call = reading(options);
    const data = JSON.stringify({ url, event_types: eventTypes.map(name => ({ name })) });
    try {
      return toWebhook(accept(call, await exchange(call, { method: 'POST', url: path, data }), schema.webhook));
    } catch (error) {
      const look = async () => (await listWebhooks(options)).find(webhook => webhook.url === url);
      return alreadyDone(error, 'PAYPAL_WEBHOOK_URL_ALREADY_EXISTS', look);
    }
  }

  /** Replaces the fields that are given and leaves the rest. */
  async function updateWebhook(
    id: string,
    { url, eventTypes }: Partial<NewWebhook>,
    options: CallOptions = {},
  ): Promise<Webhook> {
    const call = reading(options);
    const changes = [
      ...(url === undefined ? [] : [{ op: 'replace', path: '/url', value: url }]),
      ...(eventTypes ? [{ op: 'replace', path: '/event_types', value: eventTypes.map(name => ({ name })) }] : []),
    ];
    invariant(changes.length > 0, 'an update of a webhook changes something');
    const request = {
      method: 'PATCH',
      url: `${path}/${encodeURIComponent(id)}`,
      data: JSON.stringify(changes),
    } as const;
    return toWebhook(accept(call, await exchange(call, request), schema.webhook));
  }

  async function deleteWebhook(id: string, options: CallOptions = {}): Promise<void> {
    const call = reading(options);
    const answer = await exchange(call, { method: 'DELETE', url: `${path}/${encodeURIComponent(id)}` });
    if (!succeeded(answer) && !isMissing(answer)) throw refused(call, answer);
  }

  /**
   * One page of the events of a period, the newest first, delivered or not: each as the JSON text of its delivery,
   * though not byte for byte. The caller stores them before they are read.
   */
  async function listWebhookEvents(
    { from, to, pageSize, next }: Range,
    options: CallOptions = {},
  ): Promise<{ events: string[]; next?: string }> {
    const range = { start_time: toSeconds(from), end_time: toSeconds(to), page_size: `${pageSize}` };
    const query = next ?? new URLSearchParams(range).toString();
    const page = await get(reading(options), `${path}-events?${query}`, schema.events);
    return { events: page.events.map(event => JSON.stringify(event)), ...nextQuery(page.links) };
  }

  return { listWebhooks, createWebhook, updateWebhook, deleteWebhook, listWebhookEvents };
}

const toWebhook = ({ id, url, event_types }: schema.WireWebhook): Webhook => ({
  id,
  url,
  eventTypes: event_types.map(({ name }) => name),
});
