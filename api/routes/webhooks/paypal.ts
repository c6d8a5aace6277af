import type { RequestHandler } from 'express';
import { isFollowed, parsePayPalEvent, verifyPayPalWebhook } from '../../../providers/paypal/webhook.ts';
import type { Deps } from '../../deps.ts';
import { sourceOf } from '../../limits.ts';
import { bytesOf, headersOf, take } from './take.ts';

const keptHeaders = ['paypal-transmission-id', 'paypal-transmission-time', 'paypal-cert-url', 'paypal-auth-algo'];

export const paypal =
  (deps: Deps): RequestHandler =>
  async (request, response) => {
    const body = bytesOf(request);
    const source = sourceOf(request);
    await verifyPayPalWebhook({
      ...deps.paypalTrust,
      fetchCertificate: url => deps.paypalCertificates(url, source),
      headers: request.headers,
      rawBody: body,
      now: deps.now(),
    });
    const { id: eventId, type } = parsePayPalEvent(body);
    const headers = headersOf(request, keptHeaders);
    const wanted = isFollowed(type);
    await take(deps, response, { source: 'paypal', eventId, type, headers, body, wanted }, 200);
  };
