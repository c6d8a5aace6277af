import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { link } from './links.ts';
import { refusal } from './refusals.ts';

const defaultPerPage = 10;
const mostPerPage = 300;

/** `GET /v1/notifications/webhooks-events`: what happened, the newest first, whether it was delivered or not. */
export function listEvents(world: World, call: Call): Answer {
  const { query } = call;
  const from = timeOf(query, 'start_time', 0);
  const to = timeOf(query, 'end_time', Number.POSITIVE_INFINITY);
  const perPage = Number(query.get('page_size') ?? defaultPerPage);
  if (!Number.isInteger(perPage) || perPage < 1 || perPage > mostPerPage) throw wrong('page_size');
  const type = query.get('event_type');
  const matching = world.state.paypal.events
    // The range is of whole seconds, both ends included.
    .filter(({ atMs }) => atMs >= from && atMs < to + 1000)
    .filter(event => type === null || event.type === type)
    .toReversed();
  const start = query.get('start_id');
  const first = start === null ? 0 : matching.findIndex(({ id }) => id === start);
  if (first < 0) throw wrong('start_id');
  const events = matching.slice(first, first + perPage);
  const following = matching[first + perPage];
  const self = `${call.path}?${query}`;
  const links = [link(world, self, 'self')];
  if (following) {
    const next = new URLSearchParams(query);
    next.set('start_id', following.id);
    links.push(link(world, `${call.path}?${next}`, 'next'));
  }
  const documents = events.map(({ body }) => JSON.parse(body) as unknown);
  return { status: 200, body: { events: documents, count: documents.length, links } };
}

function timeOf(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)) throw wrong(name);
  return Date.parse(text);
}

const wrong = (field: string) => refusal(400, 'VALIDATION_ERROR', [{ field, issue: `Invalid ${field}` }]);
