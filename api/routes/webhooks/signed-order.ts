import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { CredentialId } from '../../../domain/ids.ts';
import { isMarketplace } from '../../../domain/sale-channel.ts';
import { inlineOrder, verifyInlineSignature } from '../../../providers/inline/webhook.ts';
import { parseExactly } from '../../../providers/wire/exact-json.ts';
import type { Sender } from '../../../store/connections/known-senders.ts';
import type { Arrival } from '../../../store/events/event-inbox.ts';
import type { Deps } from '../../deps.ts';
import { type Limits, spend } from '../../middleware/limits.ts';
import { notFound, Problem, valid } from '../../middleware/problem.ts';
import { id } from '../schemas.ts';
import { bytesOf, storeFromSender } from './receive-event.ts';

/** How many sales that no marketplace confirms may wait for a person, per seller. */
const unconfirmedMax = 100;

const tooManyUnconfirmed = (): Problem =>
  new Problem(
    429,
    'TOO_MANY_UNCONFIRMED',
    `${unconfirmedMax} of your sales cannot be confirmed, and wait for a person to look at them: send it again then`,
    { retryAfterSeconds: 3_600 },
  );

/** An order carried in the body, signed with the connection's own secret. A hint like the others: it is read back. */
export const inline =
  (deps: Deps, limits: Limits): RequestHandler =>
  async (request, response) => {
    const value = valid(id, request.params.credentialId) as CredentialId;
    const body = bytesOf(request);
    const header = request.get('x-signature');
    const outcome = await storeFromSender(deps, {
      name: { by: 'id', value },
      check: ({ apiName, webhookSecret: secret }) => {
        // A supplier's account has a secret as well, but no orders to send.
        if (secret === undefined || !isMarketplace(apiName)) throw notFound('route');
        verifyInlineSignature({ header, rawBody: body, secret });
      },
      event: async sender => {
        // The sender is one of our own resellers: mistakes are told, as everywhere.
        const { orderId } = valid(inlineOrder, readJson(body));
        await spend(limits['seller-notification'], sender.userId, 'TOO_MANY_NOTIFICATIONS');
        return { ...inlineEvent(sender, orderId, body), unconfirmedMax };
      },
    });
    if (outcome === undefined) throw notFound('route');
    if (outcome === 'TOO_MANY_UNCONFIRMED') throw tooManyUnconfirmed();
    response.status(202).end();
  };

function inlineEvent({ id: credentialId }: Sender, orderId: string, body: Buffer): Arrival {
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 16);
  const eventId = `${credentialId}/${orderId}/${digest}`;
  return { source: 'inline', eventId, type: 'INLINE_ORDER', subject: orderId, body, wanted: true };
}

function readJson(body: Buffer): unknown {
  try {
    return parseExactly(body.toString('utf8'));
  } catch {
    throw new Problem(400, 'INVALID_BODY', 'the body cannot be read');
  }
}
