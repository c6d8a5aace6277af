import express, { type Request, type RequestHandler, type Response } from 'express';
import { queueForEvent } from '../../../queues/sweep.ts';
import { type NewEvent, storeEvent } from '../../../store/events/inbound-events.ts';
import type { Deps } from '../../deps.ts';

/** Providers send whole orders. */
const bodyBytesMax = 256 * 1024;

/** The bytes as they came: signatures are over them. A compressed body is refused. */
export const rawBody: RequestHandler = express.raw({ type: () => true, limit: bodyBytesMax, inflate: false });
export const bytesOf = ({ body }: Request): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));

/** Stored before it is answered; the same event again is acknowledged and changes nothing. */
export async function take({ transact }: Deps, response: Response, event: NewEvent, status: number): Promise<void> {
  await transact(async (em, enqueue) => {
    const stored = await storeEvent(em, event);
    if (stored && event.wanted) enqueue(queueForEvent(stored).jobFor(stored));
  });
  response.status(status).end();
}

/** What may help a person later; nothing that could log in anywhere. */
export const headersOf = (request: Request, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap(name => (request.get(name) ? [[name, request.get(name) ?? '']] : [])));
