/** Covers: api/middleware/problem.ts, api/middleware/json-body.ts. */
import { expect } from 'chai';
import { leavesNothing } from './footprint.ts';
import { type Answer, type Api, type Json, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';
import { type Market, openMarket, pathOf, type Route, routes } from './routes.ts';

const withBody = routes.filter(route => route.body);

/** An object without one key, with one more, or with one changed; a path says where. */
function changed(body: Json, path: string, value: Json): Json {
  const [key = '', ...rest] = path.split('.');
  if (rest.length > 0) return { ...body, [key]: changed(body[key], rest.join('.'), value) };
  const { [key]: _gone, ...left } = body;
  return value === undefined ? left : { ...left, [key]: value };
}

const isObject = (value: Json): value is Record<string, Json> => typeof value === 'object' && value !== null;
const pathsOf = (body: Json): string[] =>
  Object.keys(body).flatMap(key => [
    key,
    ...(isObject(body[key]) ? pathsOf(body[key]).map(path => `${key}.${path}`) : []),
  ]);

/** Not needed for the rest to make sense. */
const optional =
  /^(checkoutToken|(shippingAddress\.)?(phone|region|postalCode)|asOf|source|role|refundPolicy|payoutProvider|payoutReceiver|variationId)$/;

const anyText =
  /^(email|password|newPassword|token|title|externalId|accountId|accountName|accessToken|refreshToken|payoutReceiver)$/;
/** A text field takes any text that is not empty; a country may have no regions, and a provider may be none. */
const takes = (key: string, value: Json): boolean => {
  if (typeof value === 'boolean') return key === 'disabled';
  if (typeof value !== 'string') return value === null && key === 'payoutProvider';
  if (value.trim() === '' && /^(region|postalCode)$/.test(key)) return true;
  return value !== '' && anyText.test(key);
};

/** No other field of ours is any of these. */
const ofNoType: Json[] = [null, [], ['x'], {}, { $gt: '' }, true, '', ' ', 'x'.repeat(2_100), -1, 1e308];

describe('api: bad input', () => {
  let api: Api;
  let market: Market;
  before(async () => {
    api = await openApi();
    market = await openMarket(api);
    const { drain } = api.stage;
    await drain();
  });
  after(() => api[Symbol.asyncDispose]());

  const whoMay = (route: Route) => (/^\/api\/(admin|users(?!\/me))/.test(route.pattern) ? api.admin : market.owner);
  const send = (route: Route, body: Json, headers = {}): Promise<Answer> =>
    api.call(route.method, pathOf(route, market), { as: whoMay(route), body, headers });
  const sendRaw = (route: Route, raw: string, type = 'application/json'): Promise<Answer> =>
    api.call(route.method, pathOf(route, market), { as: whoMay(route), raw, headers: { 'content-type': type } });

  for (const route of withBody) {
    describe(`${route.method} ${route.pattern}`, () => {
      const right = (): Json => route.body?.(market);
      // Whoever is added chooses a password later, if they have none.
      const isLater = (path: string) => route.pattern === '/api/users' && path === 'password';
      const required = (): string[] => pathsOf(right()).filter(path => !optional.test(path) && !isLater(path));

      it('names every field that is missing, at once', async () => {
        const topLevel = required().filter(path => !path.includes('.'));
        // Where nothing is required, something is.
        const missing = topLevel.length > 0 ? topLevel.sort() : [''];
        await leavesNothing(api, async () => {
          expect(expectProblem(await send(route, {}), 400, 'INVALID_INPUT').sort()).to.deep.equal(missing);
        });
      });

      it('names each field that is missing', async () => {
        await leavesNothing(api, async () => {
          for (const path of required())
            expect(
              expectProblem(await send(route, changed(right(), path, undefined)), 400, 'INVALID_INPUT'),
            ).to.include(path);
        });
      });

      it('names a field that it does not know, wherever it is', async () => {
        const places = [
          '',
          ...pathsOf(right()).filter(path => isObject(path.split('.').reduce((at, key) => at[key], right()))),
        ];
        await leavesNothing(api, async () => {
          for (const place of places) {
            const path = place ? `${place}.surprise` : 'surprise';
            expect(expectProblem(await send(route, changed(right(), path, 1)), 400, 'INVALID_INPUT')).to.include(path);
          }
        });
      });

      it('refuses values of no type that a field has, and names all of them', async () => {
        await leavesNothing(api, async () => {
          for (const value of ofNoType) {
            const body = Object.fromEntries(Object.keys(right()).map(key => [key, value]));
            if (Object.keys(body).every(key => takes(key, value))) continue;
            const wrong = expectProblem(await send(route, body), 400, 'INVALID_INPUT').map(
              field => field.split('.')[0],
            );
            for (const key of Object.keys(body))
              if (!takes(key, value)) expect(wrong, `${key}: ${JSON.stringify(value)?.slice(0, 20)}`).to.include(key);
          }
        });
      });

      it('refuses what is no JSON object', async () => {
        await leavesNothing(api, async () => {
          for (const raw of ['[]', `[${JSON.stringify(right())}]`])
            expectProblem(await sendRaw(route, raw), 400, 'INVALID_INPUT');
          for (const raw of [
            '"x"',
            '1',
            'null',
            'x',
            '{',
            '{"a":1,}',
            JSON.stringify(right()).slice(0, -1),
            `${'['.repeat(8_000)}${']'.repeat(8_000)}x`,
          ])
            expectProblem(await sendRaw(route, raw), 400, 'INVALID_BODY');
        });
      });

      it('refuses keys that are more than names, and text that no column holds', async () => {
        const text = JSON.stringify(right());
        await leavesNothing(api, async () => {
          for (const raw of [
            text.replace('{', '{"__proto__":{"price":"0.01"},'),
            `{"__proto__":${text}}`,
            text.replace(/"(?=[^"]*"[,}])/, '"\\u0000'),
            text.replace(/"(?=[^"]*"[,}])/, '"\\ud800'),
            text.replace('{', '{"a\\u0000":1,'),
          ].filter(raw => raw !== text))
            expectProblem(await sendRaw(route, raw), 400, 'INVALID_BODY');
          for (const key of ['constructor', 'prototype', 'toString', 'hasOwnProperty'])
            expect(
              expectProblem(await send(route, changed(right(), key, { price: '0.01' })), 400, 'INVALID_INPUT'),
            ).to.include(key);
        });
        expect(({} as { price?: string }).price).to.equal(undefined);
      });

      it('takes application/json only', async () => {
        const text = JSON.stringify(right());
        await leavesNothing(api, async () => {
          for (const type of [
            'text/plain',
            'application/x-www-form-urlencoded',
            'multipart/form-data; boundary=x',
            'application/xml',
            'application/json; charset=latin1',
            'application/json; charset=utf-7',
            'application/json; charset="utf-16"',
          ])
            expectProblem(await sendRaw(route, text, type), 415, 'UNSUPPORTED_MEDIA_TYPE');
        });
      });

      it('takes 16 KiB and no more', async () => {
        const filled = (bytes: number) => {
          const start = JSON.stringify({ ...right(), surprise: '' }).slice(0, -2);
          return `${start}${'x'.repeat(bytes - start.length - 2)}"}`;
        };
        await leavesNothing(api, async () => {
          expectProblem(await sendRaw(route, filled(16 * 1024)), 400, 'INVALID_INPUT');
          expectProblem(await sendRaw(route, filled(16 * 1024 + 1)), 413, 'BODY_TOO_LARGE');
        });
      });
    });
  }
});
