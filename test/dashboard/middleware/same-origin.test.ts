import { expect } from 'chai';
import express from 'express';
import request from 'supertest';
import { sameOriginOnly } from '../../../dashboard/middleware/same-origin.ts';
import type { Config } from '../../../runtime/config.ts';
import { logIn, openWorld, type World } from '../world.ts';

describe('dashboard: pages that may change something', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  /** What a form of this origin is answered, sent to a host over TLS or not, as a proxy says. */
  const answerTo = async (nodeEnv: Config['nodeEnv'], origin: string, host: string, tls: boolean): Promise<number> => {
    const { config, store } = world;
    const log = { ...console, fatal: console.error } as never;
    const app = express()
      .set('trust proxy', true)
      .use(sameOriginOnly({ config: { ...config, nodeEnv }, store, log }))
      .use((_request, response) => void response.status(204).end())
      .use(
        ((error, _request, response, _next) =>
          void response.status(error.status).end()) satisfies express.ErrorRequestHandler,
      );
    const sent = request(app).post('/x').set('host', host).set('origin', origin);
    return (await sent.set('x-forwarded-proto', tls ? 'https' : 'http')).status;
  };

  for (const [nodeEnv, origin, host, tls, status] of [
    ['production', 'https://ops.example', 'ops.example', true, 204],
    ['production', 'http://ops.example', 'ops.example', true, 403],
    // A proxy that ends TLS, and is not listed in TRUSTED_PROXIES.
    ['production', 'https://ops.example', 'ops.example', false, 204],
    ['production', 'http://ops.example', 'ops.example', false, 403],
    ['production', 'http://localhost:3001', 'localhost:3001', false, 204],
    ['production', 'http://localhost.evil.example', 'localhost.evil.example', false, 403],
    ['production', 'https://evil.example', 'ops.example', true, 403],
    ['production', 'https://ops.example:8443', 'ops.example', true, 403],
    ['development', 'http://127.0.0.1:3001', '127.0.0.1:3001', false, 204],
    ['development', 'http://ops.intern:3001', 'ops.intern:3001', false, 204],
    ['development', 'http://ops.intern', 'ops.intern', true, 403],
    ['development', 'ftp://ops.intern', 'ops.intern', false, 403],
    ['development', 'null', 'ops.intern', false, 403],
  ] as const)
    it(`${nodeEnv}: ${origin} at ${host} ${tls ? 'over TLS' : 'in the clear'} is answered ${status}`, async () => {
      expect(await answerTo(nodeEnv, origin, host, tls)).to.equal(status);
    });

  it('the log-in is among them', async () => {
    expect((await logIn(world)).status).to.equal(303);
  });
});
