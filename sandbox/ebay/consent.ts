import type { RequestHandler } from 'express';
import { BadQuestion, callbackOf, consentPage, demand } from '../consent-page.ts';
import type { World } from '../world.ts';

const known = /^https:\/\/api\.ebay\.com\/oauth\/api_scope(\/(sell|commerce)\.[a-z.]+)?$/;

/** `GET /oauth2/authorize`: the redirect address is a name that eBay has issued. */
export const authorize = (world: World): RequestHandler =>
  consentPage(world, 'ebay', query => {
    const { clientId, ruName } = world.credentials.ebay;
    demand(query, { response_type: 'code', client_id: clientId, redirect_uri: ruName });
    const scopes = query.get('scope')?.split(' ') ?? [];
    if (scopes.length === 0 || !scopes.every(scope => known.test(scope))) throw new BadQuestion('invalid_scope');
    return { redirectUri: ruName, callback: callbackOf(world, 'ebay'), state: query.get('state') ?? undefined, scopes };
  });
