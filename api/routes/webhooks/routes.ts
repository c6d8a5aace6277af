import { type ErrorRequestHandler, Router } from 'express';
import { WebhookRejected } from '../../../providers/webhook-rejected.ts';
import type { Deps } from '../../deps.ts';
import { type Limits, sourceOf, tooMany } from '../../limits.ts';
import { aliexpress } from './aliexpress.ts';
import { ebay, ebayChallenge } from './ebay.ts';
import { inline } from './inline.ts';
import { mercadolibre } from './mercadolibre.ts';
import { payoneer } from './payoneer.ts';
import { paypal } from './paypal.ts';
import { rawBody } from './take.ts';

/**
 * Counts what was refused, per address. The genuine is never held up by it: it is checked first, and only who was
 * refused is told to wait.
 */
const countRefusals =
  ({ log }: Deps, { 'refused-webhook': limit }: Limits): ErrorRequestHandler =>
  async (error, request, _response, next) => {
    if (!(error instanceof WebhookRejected)) return next(error);
    const waitMs = await limit.spend(sourceOf(request)).catch((failure: unknown) => {
      log.warn({ err: failure }, 'refused webhooks cannot be counted now');
      return 0;
    });
    if (waitMs > 0) log.warn({ source: sourceOf(request), err: error }, 'too many webhooks refused');
    next(waitMs > 0 ? tooMany('TOO_MANY_REFUSED', waitMs) : error);
  };

export const webhookRoutes = (deps: Deps, limits: Limits): Router =>
  Router()
    .get('/ebay', ebayChallenge(deps))
    .use(rawBody)
    .post('/paypal', paypal(deps))
    .post('/ebay', ebay(deps))
    .post('/mercadolibre/:segment', mercadolibre(deps))
    .post('/aliexpress/:segment', aliexpress(deps))
    .post('/payoneer/:kind', payoneer(deps))
    .post('/inline/:credentialId', inline(deps))
    .use(countRefusals(deps, limits));
