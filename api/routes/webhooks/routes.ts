import { Router } from 'express';
import { WebhookRejected } from '../../../providers/webhook/webhook-rejected.ts';
import type { Deps } from '../../deps.ts';
import type { Limits } from '../../middleware/limits.ts';
import { countRefusals } from '../../middleware/throttle-refused-requests.ts';
import { aliexpress } from './aliexpress.ts';
import { ebay, ebayChallenge } from './ebay.ts';
import { mercadolibre } from './mercadolibre.ts';
import { payoneer } from './payoneer.ts';
import { paypal } from './paypal.ts';
import { rawBody } from './receive-event.ts';
import { inline } from './signed-order.ts';

const isForged = (error: unknown): boolean => error instanceof WebhookRejected;

export const webhookRoutes = (deps: Deps, limits: Limits): Router =>
  Router()
    .get('/ebay', ebayChallenge(deps))
    .use(rawBody)
    .post('/paypal', paypal(deps))
    .post('/ebay', ebay(deps))
    .post('/mercadolibre/:segment', mercadolibre(deps, limits))
    .post('/aliexpress/:segment', aliexpress(deps))
    .post('/payoneer/:kind', payoneer(deps))
    .post('/inline/:credentialId', inline(deps, limits))
    .use(countRefusals({ limit: limits['refused-webhook'], log: deps.log, isRefusal: isForged }));
