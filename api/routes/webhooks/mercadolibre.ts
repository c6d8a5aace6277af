import type { RequestHandler } from 'express';
import Joi from 'joi';
import { parseMercadoLibreNotification } from '../../../providers/mercadolibre/webhook.ts';
import { WebhookRejected } from '../../../providers/webhook-rejected.ts';
import { credentialBySegment } from '../../../store/credentials.ts';
import type { Deps } from '../../deps.ts';
import { notFound, valid } from '../../middleware/problem.ts';
import { bytesOf, take } from './take.ts';

/** MercadoLibre does not sign: an unguessable path, our own application, and the seller that the path belongs to. */
export const mercadolibre =
  (deps: Deps): RequestHandler =>
  async (request, response) => {
    const segment = valid(Joi.string().pattern(/^[\w-]{1,64}$/), request.params.segment);
    const credential = await deps.store.read(em => credentialBySegment(em, segment));
    if (!credential) throw notFound('route');
    const body = bytesOf(request);
    const sent = parseMercadoLibreNotification(body);
    if (sent.applicationId !== deps.config.mercadolibre.clientId)
      throw new WebhookRejected('MERCADOLIBRE_OTHER_APPLICATION', 'sent to another application');
    if (sent.userId !== credential.accountId)
      throw new WebhookRejected('MERCADOLIBRE_OTHER_SELLER', 'the path belongs to another seller');
    const { id: eventId, topic: type, orderId: subject } = sent;
    const event = { source: 'mercadolibre', eventId, type, subject, body, credentialId: credential.id } as const;
    // Another topic is acknowledged all the same: MercadoLibre stops sending what is refused.
    await take(deps, response, { ...event, wanted: subject !== undefined }, 200);
  };
