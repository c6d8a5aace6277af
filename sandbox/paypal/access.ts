import { bearerOf, formOf, hasBasic } from '../authorization.ts';
import { type Answer, type Call, type Perform, Refusal } from '../operation.ts';
import { isShape, type Shape } from '../shape.ts';
import { isLive, issueToken } from '../tokens.ts';
import type { World } from '../world.ts';
import { invalidRequest, refusal } from './refusals.ts';

const tokenSeconds = 31_668;
const scopes = [
  'https://uri.paypal.com/services/payments/payment',
  'https://uri.paypal.com/payments/payouts',
  'https://uri.paypal.com/services/reporting/balances/read',
  'https://uri.paypal.com/services/reporting/search/read',
];

/** `POST /v1/oauth2/token`. There is no refresh token. */
export function issue(world: World, call: Call): Answer {
  const { clientId, clientSecret } = world.credentials.paypal;
  if (!hasBasic(call, clientId, clientSecret)) throw oauthError(401, 'invalid_client', 'Client Authentication failed');
  if (formOf(call)?.get('grant_type') !== 'client_credentials')
    throw oauthError(400, 'unsupported_grant_type', 'Grant Type is NULL or not supported');
  return {
    status: 200,
    body: {
      scope: scopes.join(' '),
      access_token: issueToken(world.state.paypal.tokens, world.clock, 'A21AA', tokenSeconds),
      token_type: 'Bearer',
      app_id: 'APP-80W284485P519543T',
      expires_in: tokenSeconds,
      nonce: world.clock.iso(),
    },
  };
}

/** Lets only calls with a living token through. */
export function withToken(world: World, perform: Perform): Perform {
  return call => {
    const token = bearerOf(call);
    if (!token || !isLive(world.state.paypal.tokens, world.clock, token)) throw refusal(401, 'AUTHENTICATION_FAILURE');
    return perform(call);
  };
}

/** The JSON object of a POST. PayPal wants the content type even where it takes no body. */
export function bodyOf(call: Call): Shape {
  if (call.contentType !== 'application/json') throw refusal(415, 'UNSUPPORTED_MEDIA_TYPE');
  if (call.text.trim() === '') return {};
  const body = parsed(call.text);
  if (!isShape(body)) throw invalidRequest('MALFORMED_REQUEST_JSON', '/');
  return body;
}

export const wantsRepresentation = (call: Call): boolean => call.header('prefer') === 'return=representation';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidRequest('MALFORMED_REQUEST_JSON', '/');
  }
}

const oauthError = (status: number, error: string, error_description: string): Refusal =>
  new Refusal({ status, body: { error, error_description } });
