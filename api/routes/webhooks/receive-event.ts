import express, { type Request, type RequestHandler, type Response } from 'express';
import type { Sender, SenderName } from '../../../store/connections/known-senders.ts';
import type { Arrival, Outcome } from '../../../store/events/event-inbox.ts';
import type { Deps } from '../../deps.ts';
import { Problem } from '../../middleware/problem.ts';

/** Room for whole orders, which some providers send. */
const bodyBytesMax = 256 * 1024;

/** The bytes as they came: signatures are over them. A compressed body is refused. */
export const rawBody: RequestHandler = express.raw({ type: () => true, limit: bodyBytesMax, inflate: false });
export const bytesOf = ({ body }: Request): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));

/** Stored, and its job added, before it is answered; the same event again is acknowledged and changes nothing. */
export async function take({ inbox }: Deps, response: Response, event: Arrival, status: number): Promise<void> {
  await inbox(event);
  response.status(status).end();
}

export type FromSender = {
  readonly name: SenderName;
  /** @throws what its sender is told */
  readonly check?: (sender: Sender) => void;
  /** Asked once; nothing where what it sends is passed over. @throws what its sender is told */
  readonly event: (sender: Sender) => Promise<Arrival | undefined>;
};

/** An account that changes as often as this while one event is stored is changed by a fault. */
const turnsMax = 5;

/** Stores what an account's owner tells. Nothing when there is no such account, or when it is passed over. */
export async function storeFromSender({ inbox, senders }: Deps, told: FromSender): Promise<Outcome | undefined> {
  const { name, check, event } = told;
  let arrival: Arrival | undefined;
  for (let turn = 1; turn <= turnsMax; turn += 1) {
    const sender = await senders.verified(name, check);
    arrival ??= sender && (await event(sender));
    if (!sender || !arrival) return undefined;
    const outcome = await inbox({ ...arrival, credentialId: sender.id, accountVersion: sender.version });
    if (outcome !== 'ACCOUNT_CHANGED') return outcome;
    senders.forget(name, sender);
  }
  throw new Problem(503, 'DATABASE_AWAY', 'the account changes: try again', { retryAfterSeconds: 5 });
}

/** The headers that may help a person later; none that could log in anywhere. */
export const headersOf = (request: Request, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap(name => (request.get(name) ? [[name, request.get(name) ?? '']] : [])));
