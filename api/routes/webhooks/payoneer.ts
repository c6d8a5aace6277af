import type { RequestHandler } from 'express';
import Joi from 'joi';
import { readIpcn, verifyIpcn } from '../../../providers/payoneer/webhook.ts';
import type { Deps } from '../../deps.ts';
import { notFound, valid } from '../../middleware/problem.ts';
import { bytesOf, take } from './take.ts';

/**
 * Payoneer registers one URL per kind of event, and only the URL tells the kind; the signature covers it. The nonce is
 * the event's id: what is sent again with it is stored once.
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
      // The row that the first one left answers for it.
      seenNonce: () => false,
    });
    // What Payoneer has signed is never refused, whether it names a payout or not.
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
