import { createHash } from 'node:crypto';
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import Joi from 'joi';
import type { CredentialId } from '../../domain/ids.ts';
import { challengeResponse, parseEbayNotification, verifyEbaySignature } from '../../providers/ebay/webhook.ts';
import { parseExactly } from '../../providers/exact-json.ts';
import { inlineOrder, verifyInlineSignature } from '../../providers/inline/webhook.ts';
import { parseMercadoLibreNotification } from '../../providers/mercadolibre/webhook.ts';
import { parsePayPalEvent, verifyPayPalWebhook } from '../../providers/paypal/webhook.ts';
import { WebhookRejected } from '../../providers/webhook-rejected.ts';
import { queueForEvent } from '../../queues/recovery.ts';
import { credentialBySegment, findCredential, openSecrets } from '../../store/credentials.ts';
import type { ApiName } from '../../store/entities/people.ts';
import { storeEvent } from '../../store/inbound-events.ts';
import type { Deps } from '../deps.ts';
import { type Limits, sourceOf, tooMany } from '../limits.ts';
import { bodyBytesMax } from '../middleware/json-body.ts';
import { notFound, Problem, valid } from '../middleware/problem.ts';
import { id } from '../schemas.ts';

type NewEvent = Parameters<typeof storeEvent>[1];

/** The bytes as they came: three of the five signature schemes are over them. A compressed body is refused. */
const rawBody: RequestHandler = express.raw({ type: () => true, limit: bodyBytesMax, inflate: false });
const bytesOf = ({ body }: Request): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));

/** Stored before it is answered; the same event again is acknowledged and changes nothing. */
async function take({ transact }: Deps, response: Response, event: NewEvent, status: number): Promise<void> {
  await transact(async (em, enqueue) => {
    const stored = await storeEvent(em, event);
    if (stored && event.wanted) enqueue(queueForEvent(stored).jobFor(stored));
  });
  response.status(status).end();
}

/** What may help a person later; nothing that could log in anywhere. */
const headersOf = (request: Request, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap(name => (request.get(name) ? [[name, request.get(name) ?? '']] : [])));

const paypalHeaders = ['paypal-transmission-id', 'paypal-transmission-time', 'paypal-cert-url', 'paypal-auth-algo'];
/** Event types that anything follows from; the others are stored and acknowledged. */
const wantedPayPalEvents =
  /^(CHECKOUT\.ORDER\.(APPROVED|COMPLETED)|PAYMENT\.(CAPTURE|PAYOUTSBATCH|PAYOUTS-ITEM)\.[A-Z]+|CUSTOMER\.DISPUTE\.[A-Z]+)$/;

const paypal =
  (deps: Deps): RequestHandler =>
  async (request, response) => {
    const body = bytesOf(request);
    await verifyPayPalWebhook({ ...deps.paypalTrust, headers: request.headers, rawBody: body, now: deps.now() });
    const { id: eventId, type } = parsePayPalEvent(body);
    const headers = headersOf(request, paypalHeaders);
    const wanted = wantedPayPalEvents.test(type);
    await take(deps, response, { source: 'paypal', eventId, type, headers, body, credentialId: null, wanted }, 200);
  };

const ebayChallenge =
  ({ config }: Deps): RequestHandler =>
  (request, response) => {
    const challengeCode = valid(Joi.string().max(256), request.query.challenge_code);
    const { verificationToken } = config.ebay;
    const endpoint = `${config.publicUrl}/api/webhooks/ebay`;
    response.json({ challengeResponse: challengeResponse({ challengeCode, verificationToken, endpoint }) });
  };

const ebay =
  (deps: Deps): RequestHandler =>
  async (request, response) => {
    const body = bytesOf(request);
    const header = request.get('x-ebay-signature');
    await verifyEbaySignature({ header, rawBody: body, publicKey: deps.ebayKeys });
    const { notificationId: eventId, topic: type, orderId } = parseEbayNotification(body);
    const wanted = type === 'ORDER_CONFIRMATION' && orderId !== undefined;
    await take(deps, response, { source: 'ebay', eventId, type, headers: {}, body, credentialId: null, wanted }, 204);
  };

/** MercadoLibre does not sign: an unguessable path, our own application, and the seller that the path belongs to. */
const mercadolibre =
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
    const event = { source: 'mercadolibre', eventId: sent.id, type: sent.topic, headers: {}, body } as const;
    // Another topic is acknowledged all the same: MercadoLibre stops sending what is refused.
    const wanted = sent.orderId !== undefined;
    await take(deps, response, { ...event, credentialId: credential.id, wanted }, 200);
  };

/** The connections that sell; a supplier's account has a secret as well, and nothing to tell. */
const sells: readonly ApiName[] = ['ebay', 'mercadolibre'];

/** An order carried in the body, signed with the connection's own secret. A hint like the others: it is read back. */
const inline =
  (deps: Deps): RequestHandler =>
  async (request, response) => {
    const credentialId = valid(id, request.params.credentialId) as CredentialId;
    const credential = await deps.store.read(em => findCredential(em, credentialId));
    if (!credential?.sealed || !sells.includes(credential.apiName)) throw notFound('route');
    const body = bytesOf(request);
    const header = request.get('x-signature');
    verifyInlineSignature({ header, rawBody: body, secret: openSecrets(deps.box, credential).webhookSecret });
    // The sender is one of our own resellers: mistakes are told, as everywhere.
    const { orderId } = valid(inlineOrder, readJson(body));
    const eventId = `${credential.id}/${orderId}/${createHash('sha256').update(body).digest('hex').slice(0, 16)}`;
    const event = { source: 'inline', eventId, type: 'INLINE_ORDER', headers: {}, body } as const;
    await take(deps, response, { ...event, credentialId, wanted: true }, 202);
  };

function readJson(body: Buffer): unknown {
  try {
    return parseExactly(body.toString('utf8'));
  } catch {
    throw new Problem(400, 'INVALID_BODY', 'the body cannot be read');
  }
}

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
    .post('/inline/:credentialId', inline(deps))
    .use(countRefusals(deps, limits));
