import { Router } from 'express';
import type { CredentialId } from '../../domain/ids.ts';
import { disconnect } from '../../store/connections/connect.ts';
import { credentialsOf, findCredential } from '../../store/connections/credentials.ts';
import type { Credential } from '../../store/entities/people.ts';
import { connectables } from '../consent/consents.ts';
import type { Deps } from '../deps.ts';
import { notFromElsewhere } from '../middleware/browser.ts';
import type { Limits } from '../middleware/limits.ts';
import { notFound, valid } from '../middleware/problem.ts';
import { scopeOf, sessionOf } from '../middleware/session.ts';
import { connectionView, webhookUrls } from '../views/connection.ts';
import { consentProblems, finishConsent, startConsent } from './consent.ts';
import { id } from './schemas.ts';

/** A browser log-in is no consent: it is kept elsewhere. */
const isConsented = ({ apiName }: Credential): boolean => connectables.some(name => name === apiName);

/** Outside accounts: connected by their owners' consent, listed, and disconnected. */
export const connectionRoutes = (deps: Deps, limits: Limits): Router =>
  Router()
    .get('/', async (_request, response) => {
      const { userId } = sessionOf(response);
      const credentials = await deps.store.read(em => credentialsOf(em, userId));
      const shown = (one: Credential) => ({ ...connectionView(one, deps.now()), ...webhookUrls(deps.config, one) });
      response.json({ connections: credentials.filter(isConsented).map(shown) });
    })
    .get('/:provider/start', notFromElsewhere, startConsent(deps, limits))
    .get('/:provider/callback', finishConsent(deps))
    .delete('/:id', async (request, response) => {
      const scope = scopeOf(sessionOf(response));
      const credentialId = valid(id, request.params.id) as CredentialId;
      const credential = await deps.store.read(em => findCredential(em, credentialId));
      if (!credential || !isConsented(credential) || (scope && credential.userId !== scope))
        throw notFound('connection');
      await deps.store.transaction(em => disconnect(em, credentialId));
      response.status(204).end();
    })
    .use(consentProblems);
