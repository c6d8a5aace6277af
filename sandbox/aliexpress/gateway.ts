import express, { type Router } from 'express';
import { type Account, accountOfToken } from '../accounts.ts';
import { type Call, createMount } from '../operation.ts';
import type { World } from '../world.ts';
import { getAddresses } from './address-get.ts';
import { createToken, refreshToken } from './auth.ts';
import { authorize } from './consent.ts';
import { queryFreight } from './freight-query.ts';
import { createOrder } from './order-create.ts';
import { getOrder } from './order-get.ts';
import { getProduct } from './product-get.ts';
import { faultBody, invalid, missing, refusal, requestId } from './refusals.ts';
import { type Request, requestOf } from './request.ts';
import { signatureOf, signMethods } from './signature.ts';
import { getTracking } from './tracking-get.ts';

type Api = {
  readonly operation: string;
  readonly answer: (world: World, request: Request, account: Account) => object;
};

const businessApis: Record<string, Api> = {
  'aliexpress.ds.product.get': { operation: 'product-get', answer: getProduct },
  'aliexpress.ds.freight.query': { operation: 'freight-query', answer: queryFreight },
  'aliexpress.ds.order.create': { operation: 'order-create', answer: createOrder },
  'aliexpress.trade.ds.order.get': { operation: 'order-get', answer: getOrder },
  'aliexpress.ds.order.tracking.get': { operation: 'tracking-get', answer: getTracking },
  'aliexpress.ds.address.get': { operation: 'address-get', answer: getAddresses },
};

const systemApis: Record<string, { operation: string; answer: (world: World, request: Request) => object }> = {
  '/auth/token/create': { operation: 'token-create', answer: createToken },
  '/auth/token/refresh': { operation: 'token-refresh', answer: refreshToken },
};

/** How far a timestamp may be off, by the real clock: callers do not live in the sandbox's time. */
const timestampWindowMs = 7_200_000;

/** `POST /sync` for everything by `method`; `POST /rest/auth/token/…` for the system APIs by path. */
export function aliExpressRouter(world: World): Router {
  const mount = createMount(world, 'aliexpress', faultBody);
  const router = express.Router();
  router.route('/oauth/authorize').get(authorize(world)).post(authorize(world));
  const named = (method: string) => (systemApis[method] ?? businessApis[method])?.operation ?? 'unknown';

  router.post(
    '/sync',
    mount(
      call => named(parametersOf(call).get('method') ?? ''),
      call => {
        const parameters = parametersOf(call);
        const method = parameters.get('method') ?? '';
        const systemApi = systemApis[method];
        verify(world, parameters, systemApi ? method : '');
        const request = requestOf(world, parameters);
        if (systemApi) return { status: 200, body: { [`${method}_response`]: systemApi.answer(world, request) } };
        const api = businessApis[method];
        if (!api) throw refusal('InvalidApiPath', 'The specified API path is invalid');
        const result = api.answer(world, request, accountOf(world, parameters));
        return {
          status: 200,
          body: { [`${method.replaceAll('.', '_')}_response`]: { ...result, request_id: requestId() } },
        };
      },
    ),
  );
  for (const [path, api] of Object.entries(systemApis))
    router.post(
      `/rest${path}`,
      mount(api.operation, call => {
        const parameters = parametersOf(call);
        verify(world, parameters, path);
        return { status: 200, body: api.answer(world, requestOf(world, parameters)) };
      }),
    );
  router.use(
    (_request, response) =>
      void response.status(404).json({
        type: 'ISV',
        code: 'InvalidApiPath',
        message: 'The specified API path is invalid',
        request_id: requestId(),
      }),
  );
  return router;
}

/** Query and form together: the signature covers both. */
function parametersOf(call: Call): URLSearchParams {
  const form = call.contentType === 'application/x-www-form-urlencoded' ? [...new URLSearchParams(call.text)] : [];
  return new URLSearchParams([...call.query, ...form]);
}

/** @throws Refusal unless application, time and signature are right. */
function verify(world: World, parameters: URLSearchParams, path: string): void {
  const { appKey, appSecret } = world.credentials.aliexpress;
  for (const name of ['app_key', 'timestamp', 'sign_method', 'sign']) if (!parameters.get(name)) throw missing(name);
  if (new Set(parameters.keys()).size !== parameters.size) throw invalid('parameters');
  if (parameters.get('app_key') !== appKey) throw refusal('InvalidAppKey', 'The specified App Key is invalid');
  const method = signMethods.find(known => known === parameters.get('sign_method'));
  if (!method) throw invalid('sign_method');
  const time = parameters.get('timestamp')!;
  const atMs = /^\d+$/.test(time) ? Number(time) : Date.parse(`${time.replace(' ', 'T')}Z`);
  // Who moves the sandbox's time moves its client's along, or leaves that in the real one.
  if (![world.clock.now(), Date.now()].some(nowMs => Math.abs(nowMs - atMs) <= timestampWindowMs))
    throw refusal('IllegalTimestamp', 'The specified timestamp is not within 7200 seconds of the server');
  if (parameters.get('sign') !== signatureOf(parameters, appSecret, method, path))
    throw refusal('IncompleteSignature', 'The request signature does not conform to platform standards');
}

function accountOf(world: World, parameters: URLSearchParams): Account {
  const token = parameters.get('session') ?? parameters.get('access_token');
  if (!token) throw missing('access_token');
  const account = accountOfToken(world, 'aliexpress', token);
  if (!account) throw refusal('IllegalAccessToken', 'The specified access token is invalid or expired');
  return account;
}
