import type { RequestHandler } from 'express';
import { BadQuestion, callbackOf, consentPage, demand } from '../consent-page.ts';
import type { World } from '../world.ts';

/** `GET /authorization`: this application has PKCE switched on, so it is required. */
export const authorize = (world: World): RequestHandler =>
  consentPage(world, 'mercadolibre', query => {
    const redirectUri = callbackOf(world, 'mercadolibre');
    const { clientId } = world.credentials.mercadolibre;
    demand(query, {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code_challenge_method: 'S256',
    });
    const challenge = query.get('code_challenge') ?? '';
    if (!/^[\w-]{43}$/.test(challenge)) throw new BadQuestion('the parameter code_challenge is missing or wrong');
    return { redirectUri, callback: redirectUri, state: query.get('state') ?? undefined, challenge, scopes: [] };
  });
