import type { RequestHandler } from 'express';
import Joi from 'joi';
import { readIpcn, verifyIpcn } from '../../../providers/payoneer/webhook.ts';
import type { Deps } from '../../deps.ts';
import { notFound, valid } from '../../middleware/problem.ts';
import { bytesOf, take } from './receive-event.ts';

/**
 * Payoneer registers one URL per kind of event, and only the URL says which kind it is; the signature covers the URL.
 * The nonce is the event's id: an event that is sent again with it is stored once.
 */
export const payoneer =
  (deps: Deps): RequestHandler =>
  async (request, response) => {
    const kind = valid(Joi.string().pattern(/^[a-z][a-z-]{0,59}$/), request.params.kind);
    const { webhookSecret: secret, environment } = deps.config.payoneer;
    if (!secret) throw notFound('route');
    const body = bytesOf(request);
    const { nonce: eventId } = await verifyIpcn({
      method: request.method,
      url: deps.config.publicUrl + request.originalUrl,
      headers: request.headers,
      rawBody: body,
      secret,
      appName: `Webhook-IPCNSender-${environment}`,
      now: deps.now(),
      // The stored row of the first one keeps it from counting twice.
      seenNonce: () => false,
    });
    // A signed event is never refused, whether it names a payout or not.
    const { reference: subject } = readIpcn(body);
    const event = {
      source: 'payoneer',
      eventId,
      type: kind.toUpperCase().replaceAll('-', '_'),
      subject,
      body,
    } as const;
    await take(deps, response, { ...event, wanted: subject !== undefined }, 200);
  };
