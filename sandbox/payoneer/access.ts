import { bearerOf, formOf, hasBasic } from '../authorization.ts';
import { type Answer, type Call, type Perform, Refusal } from '../operation.ts';
import { isLive, issueToken } from '../tokens.ts';
import type { World } from '../world.ts';
import { refusal } from './refusals.ts';

const tokenSeconds = 2_592_000;

/** `POST {login}/api/v2/oauth2/token`: the client's credentials as Basic or in the form. */
export function issue(world: World, call: Call): Answer {
  const { clientId, clientSecret } = world.credentials.payoneer;
  const form = formOf(call);
  const inForm = form?.get('client_id') === clientId && form.get('client_secret') === clientSecret;
  if (!hasBasic(call, clientId, clientSecret) && !inForm)
    throw oauthError(401, 'invalid_client', 'Client authentication failed');
  if (form?.get('grant_type') !== 'client_credentials')
    throw oauthError(400, 'unsupported_grant_type', 'Unsupported grant type');
  if (!form.get('scope')) throw oauthError(400, 'invalid_scope', 'The scope is missing');
  return {
    status: 200,
    body: {
      access_token: issueToken(world.state.payoneer.tokens, world.clock, 'payoneer-', tokenSeconds),
      token_type: 'Bearer',
      expires_in: tokenSeconds,
      scope: 'read write',
    },
  };
}

/** Lets only calls with a living token, to the one program there is, through. */
export function withToken(world: World, perform: Perform): Perform {
  return call => {
    const token = bearerOf(call);
    if (!token || !isLive(world.state.payoneer.tokens, world.clock, token))
      throw refusal(401, 'Unauthorized', 'Invalid or expired token');
    if (call.param('programId') !== world.credentials.payoneer.programId)
      throw refusal(403, 'Forbidden', 'Program not permitted');
    return perform(call);
  };
}

const oauthError = (status: number, error: string, error_description: string): Refusal =>
  new Refusal({ status, body: { error, error_description } });
