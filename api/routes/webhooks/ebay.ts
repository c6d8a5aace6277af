import type { RequestHandler } from 'express';
import Joi from 'joi';
import {
  challengeResponse,
  type EbayNotification,
  parseEbayNotification,
  verifyEbaySignature,
} from '../../../providers/ebay/webhook.ts';
import type { Deps } from '../../deps.ts';
import { sourceOf } from '../../middleware/limits.ts';
import { valid } from '../../middleware/problem.ts';
import { bytesOf, take } from './receive-event.ts';

export const ebayChallenge =
  ({ config }: Deps): RequestHandler =>
  (request, response) => {
    const challengeCode = valid(Joi.string().max(256), request.query.challenge_code);
    const { verificationToken } = config.ebay;
    const endpoint = `${config.publicUrl}/api/webhooks/ebay`;
    response.json({ challengeResponse: challengeResponse({ challengeCode, verificationToken, endpoint }) });
  };

const isWanted = ({ topic, orderId, persons }: EbayNotification): boolean =>
  (topic === 'ORDER_CONFIRMATION' && orderId !== undefined) ||
  (topic === 'MARKETPLACE_ACCOUNT_DELETION' && persons.length > 0);

export const ebay =
  (deps: Deps): RequestHandler =>
  async (request, response) => {
    const body = bytesOf(request);
    const source = sourceOf(request);
    const header = request.get('x-ebay-signature');
    await verifyEbaySignature({ header, rawBody: body, publicKey: kid => deps.ebayKeys.keyFor(kid, source) });
    deps.ebayKeys.heard(source);
    const sent = parseEbayNotification(body);
    const { notificationId: eventId, topic: type, orderId: subject } = sent;
    await take(deps, response, { source: 'ebay', eventId, type, subject, body, wanted: isWanted(sent) }, 204);
  };
