import type { RequestHandler } from 'express';
import Joi from 'joi';
import {
  type MercadoLibreNotification,
  parseMercadoLibreNotification,
} from '../../../providers/mercadolibre/webhook.ts';
import { WebhookRejected } from '../../../providers/webhook/webhook-rejected.ts';
import { credentialByAccount, credentialBySegment } from '../../../store/connections/credentials.ts';
import type { Credential } from '../../../store/entities/people.ts';
import type { Deps } from '../../deps.ts';
import type { Limits } from '../../middleware/limits.ts';
import { notFound, valid } from '../../middleware/problem.ts';
import { isSegment } from './segment.ts';
import { bytesOf, take } from './take.ts';

const segmentShape = Joi.string().pattern(/^[\w-]{1,128}$/);

/** Whose notification came in at this path; nothing when it is about nobody of ours. */
type Seller = (sent: MercadoLibreNotification) => Promise<Credential | null> | Credential | null;

/**
 * MercadoLibre does not sign: an unguessable path and our own application. The application has one path for all its
 * sellers; besides it each seller has one of their own.
 */
export const mercadolibre =
  (deps: Deps, limits: Limits): RequestHandler =>
  async (request, response) => {
    const sellerOf = await sellerAt(deps, valid(segmentShape, request.params.segment));
    const body = bytesOf(request);
    const sent = parseMercadoLibreNotification(body);
    if (sent.applicationId !== deps.config.mercadolibre.clientId)
      throw new WebhookRejected('MERCADOLIBRE_OTHER_APPLICATION', 'sent to another application');
    const seller = await sellerOf(sent);
    // What is refused MercadoLibre stops sending, for all sellers: whoever is not ours any more is acknowledged.
    if (!seller) return void response.status(200).end();
    // What is not stored is found where the seller's orders are read, every few minutes.
    if ((await limits['seller-notification'].spend(seller.userId)) > 0) {
      deps.log.warn({ sellerId: seller.userId }, 'too many notifications about one seller: passed over');
      return void response.status(200).end();
    }
    const { id: eventId, topic: type, orderId: subject } = sent;
    const event = { source: 'mercadolibre', eventId, type, subject, body, credentialId: seller.id } as const;
    // So is another topic.
    await take(deps, response, { ...event, wanted: subject !== undefined }, 200);
  };

/** @throws Problem 404 when the path is none of ours */
async function sellerAt({ store, config }: Deps, segment: string): Promise<Seller> {
  const { webhookSegment, environment } = config.mercadolibre;
  if (isSegment(segment, webhookSegment))
    return ({ userId }) => store.read(em => credentialByAccount(em, 'mercadolibre', environment, userId));
  const owner = await store.read(em => credentialBySegment(em, segment));
  if (!owner) throw notFound('route');
  return ({ userId }) => {
    if (userId === owner.accountId) return owner;
    throw new WebhookRejected('MERCADOLIBRE_OTHER_SELLER', 'the path belongs to another seller');
  };
}
