import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import Joi from 'joi';
import { PermissionRefused, Terminal, unreachable } from '../../domain/call-outcome.ts';
import { refreshTime } from '../../domain/connection.ts';
import type { Holder } from '../../domain/order.ts';
import type { ConsentedAccount } from '../../providers/consent.ts';
import { type MercadoLibreCountry, mercadoLibreCountries } from '../../providers/mercadolibre/consent.ts';
import { watchSubscriptionQueue } from '../../queues/watch-subscription.ts';
import { findUser } from '../../store/accounts/users.ts';
import { type Connected, connect } from '../../store/connections/connect.ts';
import {
  type AttemptOutcome,
  consentMinutes,
  openAttempt,
  takeAttempt,
} from '../../store/connections/connection-attempts.ts';
import { wantSubscription } from '../../store/connections/ebay-subscriptions.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import type { Connectable, ConnectionAttempt } from '../../store/entities/people.ts';
import { resumeAccount } from '../../transactions/resume-account.ts';
import { connectables, environmentOf } from '../consent/consents.ts';
import { assertReplaceable } from '../consent/replacing-account.ts';
import type { Deps } from '../deps.ts';
import { browserOf, markBrowser, wantsPage } from '../middleware/browser.ts';
import { type Limits, spend } from '../middleware/limits.ts';
import { Problem, toProblem, valid } from '../middleware/problem.ts';
import { sessionOf } from '../middleware/session.ts';
import { connectedPage, nameOf, notConnectedPage } from '../pages/connection.ts';
import { connectionView, webhookUrls } from '../views/connection.ts';

type Start = { moneyHolder: Holder; country?: MercadoLibreCountry };
const holder = Joi.string().valid('platform', 'reseller').required();
const starts: Record<Connectable, Joi.ObjectSchema<Start>> = {
  /** A supplier: whose money pays for the goods. A marketplace: whose account its buyers' money goes to. */
  'aliexpress-dropshipping': Joi.object({ moneyHolder: holder }),
  ebay: Joi.object({ moneyHolder: holder }),
  /** MercadoLibre asks its sellers on a page of their country. */
  mercadolibre: Joi.object({
    moneyHolder: holder,
    country: Joi.string()
      .valid(...mercadoLibreCountries)
      .required(),
  }),
};

type Back = { state?: string; code?: string; error?: string };
/** Each provider adds parameters of its own, which are not needed. */
const back = Joi.object<Back>({
  state: Joi.string().max(512),
  code: Joi.string().max(4096),
  error: Joi.string().max(256),
})
  .or('code', 'error')
  .unknown();

const provider = Joi.string<Connectable>().valid(...connectables);
const providerOf = (request: Request): Connectable => valid(provider, request.params.provider);

const redirectUri = ({ config }: Pick<Deps, 'config'>, name: Connectable): string =>
  `${config.publicUrl}/api/connections/${name}/callback`;

type Claimed = Pick<ConnectionAttempt, 'userId' | 'apiName' | 'moneyHolder'>;

/** The platform pays out only what it receives, and only an admin can confirm that. @throws Problem 403 */
async function assertConfirmed(em: EntityManager, { userId, apiName, moneyHolder }: Claimed): Promise<void> {
  if (moneyHolder !== 'platform' || apiName === 'aliexpress-dropshipping') return;
  const user = await findUser(em, userId);
  if (user?.role !== 'admin' && !user?.platformProceeds)
    throw new Problem(
      403,
      'PROCEEDS_NOT_CONFIRMED',
      'an admin has to confirm first that the proceeds of your shop arrive with the platform',
    );
}

/** Sends the account's owner to the provider's consent page. */
export const startConsent =
  ({ store, box, config, consents, now }: Deps, limits: Limits): RequestHandler =>
  async (request, response) => {
    const { userId } = sessionOf(response);
    const name = providerOf(request);
    const { moneyHolder, country } = valid(starts[name], request.query);
    await store.read(em => assertConfirmed(em, { userId, apiName: name, moneyHolder }));
    await spend(limits['connection-start'], userId, 'TOO_MANY_CONNECTIONS');
    const maxAgeMs = consentMinutes * 60_000;
    const browser = markBrowser(request, response, { secure: config.nodeEnv === 'production', maxAgeMs });
    const asked = { userId, browser, apiName: name, environment: environmentOf(config, name), moneyHolder };
    const { state, verifier } = await store.transaction(em => openAttempt(em, box, asked, now()));
    const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
    const page = consents[name].pageUrl({ state, codeChallenge, redirectUri: redirectUri({ config }, name), country });
    response.redirect(303, page);
  };

/** The browser is back: the code becomes tokens, and the account that the provider names becomes this user's. */
export const finishConsent =
  (deps: Deps): RequestHandler =>
  async (request, response) => {
    response.set('referrer-policy', 'no-referrer');
    const { attempt, verifier, code } = await take(deps, request, sessionOf(response).userId);
    const name = attempt.apiName;
    const given = { code, codeVerifier: verifier, redirectUri: redirectUri(deps, name) };
    const account = await deps.consents[name].exchange(given).catch(notExchanged);
    const { credential, webhookSecret, ordersWoken } = await keep(deps, attempt, account);
    // The secret is shown once, when the account is connected: it signs orders that are sent to us inline.
    const shown = { ...webhookUrls(deps.config, credential), webhookSecret, ordersWoken };
    if (wantsPage(request)) return void response.type('html').send(connectedPage({ ...credential, ...shown }));
    response.json({ ...connectionView(credential, deps.now()), ...shown });
  };

type Answered = { attempt: ConnectionAttempt; verifier: string; code: string };

async function take(
  { store, box, now }: Deps,
  request: Request,
  userId: Answered['attempt']['userId'],
): Promise<Answered> {
  const name = providerOf(request);
  const { state, code, error } = valid(back, request.query);
  if (state === undefined) throw stateRefused('unknown');
  const browser = browserOf(request);
  if (browser === undefined) throw stateRefused('foreign');
  const taken = await store.transaction(em => takeAttempt(em, box, { state, browser, userId, apiName: name }, now()));
  if ('refused' in taken) throw stateRefused(taken.refused);
  if (error !== undefined || code === undefined) throw denied(name, error);
  return { attempt: taken.taken, verifier: taken.verifier, code };
}

function stateRefused(why: Extract<AttemptOutcome, { refused: string }>['refused']): Problem {
  switch (why) {
    case 'unknown':
      return new Problem(400, 'CONNECTION_UNKNOWN', 'no connection that was started here belongs to this; start again');
    case 'foreign':
      return new Problem(
        403,
        'CONNECTION_FOREIGN',
        'this was started by somebody else, or in another browser; start again in this one',
      );
    case 'used':
      return new Problem(409, 'CONNECTION_USED', 'this was answered before; look at your connections, or start again');
    case 'expired':
      return new Problem(410, 'CONNECTION_EXPIRED', `this took longer than ${consentMinutes} minutes; start again`);
    default:
      return unreachable(why);
  }
}

const denied = (name: Connectable, error: string | undefined): Problem =>
  error === undefined || error === 'access_denied'
    ? new Problem(
        403,
        'CONSENT_DENIED',
        `you did not let us into your ${nameOf(name)} account; start again if that was a mistake`,
      )
    : new Problem(502, 'CONSENT_FAILED', `${nameOf(name)} could not ask you; start again in a few minutes`);

/** The code is used up or lost with this answer: whatever went wrong, only a new consent mends it. */
function notExchanged(error: unknown): never {
  if (error instanceof Terminal || error instanceof PermissionRefused)
    throw new Problem(422, error.code, 'the provider does not accept this consent; start again');
  const problem = toProblem(error);
  if (problem?.status === 503)
    throw new Problem(503, problem.code, 'the provider gave no clear answer; start again in a few minutes');
  throw error;
}

type Kept = Connected & { ordersWoken: number };

/** The code is used up: a database that is away for a moment must not send the owner through the consent page again. */
const storing = { tries: 5, pauseMs: 300 };

async function keep(deps: Deps, attempt: ConnectionAttempt, account: ConsentedAccount): Promise<Kept> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await storeAccount(deps, attempt, account);
    } catch (error) {
      if (error instanceof Problem || tries === storing.tries) throw error;
      deps.log.warn({ apiName: attempt.apiName, err: error }, 'a consented account could not be stored; trying again');
      await sleep(storing.pauseMs * tries);
    }
  }
}

/** In one transaction with the orders that waited for the account, which resume. */
const storeAccount = (
  { transact, box, config, now }: Deps,
  { userId, apiName, environment, moneyHolder }: ConnectionAttempt,
  account: ConsentedAccount,
): Promise<Kept> =>
  transact(async (em, enqueue) => {
    const { accountId, accountName, scopes, ...tokens } = account;
    const refreshAt = refreshTime(tokens.accessExpiresAt, config.supplierTokenLeadMs, now());
    const owner = { userId, apiName, environment, moneyHolder };
    await assertReplaceable(em, { ...owner, accountId });
    const stored = await connect(em, box, { ...owner, accountId, accountName, scopes, tokens, refreshAt });
    if (!stored)
      throw new Problem(
        409,
        'ACCOUNT_TAKEN',
        `the ${nameOf(apiName)} account ${accountName} is connected to another user`,
      );
    // The user's row is locked now: a confirmation that an admin took back since the start no longer counts.
    await assertConfirmed(em, owner);
    if (apiName === 'ebay') enqueue(watchSubscriptionQueue.jobFor(await wantSubscription(em, stored.credential.id)));
    return { ...stored, ordersWoken: await resumeAccount(em, enqueue, stored.credential) };
  });

/** People get a page, programs the problem itself. */
export const consentProblems: ErrorRequestHandler = (error, request, response, next) => {
  const problem = toProblem(error);
  if (response.headersSent || !problem || !wantsPage(request)) return next(error);
  response.status(problem.status).type('html').send(notConnectedPage(problem));
};
