import type { RequestHandler } from 'express';
import { callbackOf, consentPage, demand } from '../consent-page.ts';
import type { World } from '../world.ts';

/** `GET /oauth/authorize`. */
export const authorize = (world: World): RequestHandler =>
  consentPage(world, 'aliexpress', query => {
    const redirectUri = callbackOf(world, 'aliexpress-dropshipping');
    const { appKey } = world.credentials.aliexpress;
    demand(query, { response_type: 'code', client_id: appKey, redirect_uri: redirectUri });
    return { redirectUri, callback: redirectUri, state: query.get('state') ?? undefined, scopes: [] };
  });
