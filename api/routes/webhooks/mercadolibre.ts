import type { RequestHandler } from 'express';
import Joi from 'joi';
import {
  type MercadoLibreNotification,
  parseMercadoLibreNotification,
} from '../../../providers/mercadolibre/webhook.ts';
import { WebhookRejected } from '../../../providers/webhook/webhook-rejected.ts';
import type { Arrival } from '../../../store/events/event-inbox.ts';
import type { Deps } from '../../deps.ts';
import type { Limits } from '../../middleware/limits.ts';
import { notFound, valid } from '../../middleware/problem.ts';
import { bytesOf, type FromSender, storeFromSender } from './receive-event.ts';
import { isSegment } from './secret-path.ts';

const segmentShape = Joi.string().pattern(/^[\w-]{1,128}$/);

/**
 * MercadoLibre does not sign: a notification must come in at a path that cannot be guessed, and name our own
 * application. The application has one path for all its sellers; besides it each seller has one of their own.
 */
export const mercadolibre =
  (deps: Deps, limits: Limits): RequestHandler =>
  async (request, response) => {
    const segment = valid(segmentShape, request.params.segment);
    const body = bytesOf(request);
    const isOurs = isSegment(segment, deps.config.mercadolibre.webhookSegment);
    if (!isOurs && !(await deps.senders.verified({ by: 'segment', value: segment }))) throw notFound('route');
    const sent = parseMercadoLibreNotification(body);
    if (sent.applicationId !== deps.config.mercadolibre.clientId)
      throw new WebhookRejected('MERCADOLIBRE_OTHER_APPLICATION', 'sent to another application');
    await storeFromSender(deps, {
      ...(isOurs ? ofApplication(deps, sent) : ofSeller(segment, sent)),
      event: async seller => {
        if ((await limits['seller-notification'].spend(seller.userId)) === 0) return mercadoLibreEvent(sent, body);
        // What is not stored is found where the seller's orders are read, every few minutes.
        deps.log.warn({ sellerId: seller.userId }, 'too many notifications about one seller: passed over');
        return undefined;
      },
    });
    // What is refused MercadoLibre stops sending, for all sellers: whoever is not ours any more is acknowledged.
    response.status(200).end();
  };

type Path = Pick<FromSender, 'name' | 'check'>;

const ofApplication = ({ config }: Deps, { userId: value }: MercadoLibreNotification): Path => ({
  name: { by: 'seller', value, apiName: 'mercadolibre', environment: config.mercadolibre.environment },
});

const ofSeller = (segment: string, { userId }: MercadoLibreNotification): Path => ({
  name: { by: 'segment', value: segment },
  check: ({ accountId }) => {
    if (accountId !== userId)
      throw new WebhookRejected('MERCADOLIBRE_OTHER_SELLER', 'the path belongs to another seller');
  },
});

/** Another topic is acknowledged, and nobody acts on it. */
function mercadoLibreEvent(sent: MercadoLibreNotification, body: Buffer): Arrival {
  const { id: eventId, topic: type, orderId: subject } = sent;
  return { source: 'mercadolibre', eventId, type, subject, body, wanted: subject !== undefined };
}
