import type { RequestHandler } from 'express';
import { subjectOf } from '../../../providers/paypal/event-subject.ts';
import { isFollowed, isUnreadable, readPayPalEvent, verifyPayPalWebhook } from '../../../providers/paypal/webhook.ts';
import type { Deps } from '../../deps.ts';
import { sourceOf } from '../../middleware/limits.ts';
import { bytesOf, headersOf, take } from './receive-event.ts';

const keptHeaders = ['paypal-transmission-id', 'paypal-transmission-time', 'paypal-cert-url', 'paypal-auth-algo'];

export const paypal =
  (deps: Deps): RequestHandler =>
  async (request, response) => {
    const body = bytesOf(request);
    const source = sourceOf(request);
    const account = await verifyPayPalWebhook({
      ...deps.paypalTrust,
      fetchCertificate: url => deps.paypalCertificates.keyFor(url, source),
      headers: request.headers,
      rawBody: body,
      now: deps.now(),
    });
    deps.paypalCertificates.heard(source);
    // A signed event is never refused: PayPal would send it again for three days, and count it as our failure.
    const event = readPayPalEvent(body);
    const { id: eventId, type } = event;
    if (isUnreadable(event)) deps.log.error({ eventId, type }, 'a PayPal event of a followed type names no resource');
    const headers = headersOf(request, keptHeaders);
    const stored = { source: 'paypal', eventId, type, subject: subjectOf(event), headers, body, account } as const;
    await take(deps, response, { ...stored, wanted: isFollowed(event) }, 200);
  };
