import { expect } from 'chai';
import { unsealBytes } from '../../store/database/keyring.ts';
import { until } from '../support/until.ts';
import type { Answer, Api, Delivery, Json } from './open-api.ts';
import { expectProblem } from './problem.ts';
import type { Sent } from './signers.ts';

export const bytes = (body: Uint8Array | string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(body));

export const post = (api: Api, path: string, { headers, body }: Sent): Promise<Answer> => {
  const { 'content-length': _length, host: _host, connection: _connection, ...own } = headers;
  return api.call('POST', path, { headers: own, raw: bytes(body) });
};

/** As they are stored, with their bodies opened, in base64. */
export async function eventsOf(api: Api): Promise<Json[]> {
  const events = await api.rows(
    `select id, source, event_id, type, headers, encode(body, 'base64') as body, credential_id, status
     from inbound_events order by received_at`,
  );
  return api.stage.store.read(async em =>
    events.map(({ id, body, ...event }) => ({
      ...event,
      body: unsealBytes(em, 'inbound_events', id, Buffer.from(body, 'base64')).toString('base64'),
    })),
  );
}

/** Sends what is not genuine: it is refused, stored nowhere, and leaves nothing to do. */
export async function expectRefused(
  api: Api,
  path: string,
  sent: Sent,
  status = 401,
  code = 'WEBHOOK_REFUSED',
): Promise<void> {
  const [events, jobs] = [await eventsOf(api), [...api.stage.jobs]];
  expectProblem(await post(api, path, sent), status, code);
  expect(await eventsOf(api)).to.deep.equal(events);
  expect(api.stage.jobs).to.deep.equal(jobs);
}

/** Lets the sandbox deliver for once; gives what arrived while it did. */
export async function delivered(api: Api, happen: () => Promise<unknown>, count = 1): Promise<Delivery[]> {
  const before = api.deliveries.length;
  await api.stage.control('settings', { webhooks: true });
  await happen();
  await until(() => api.deliveries.length >= before + count);
  await api.stage.control('settings', { webhooks: false });
  return api.deliveries.slice(before);
}

/** A copy with one byte changed. */
export function flipped(body: Buffer, at = Math.floor(body.length / 2)): Buffer {
  const copy = Buffer.from(body);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
