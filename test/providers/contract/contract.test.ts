/** Covers: providers/aliexpress/client.ts, providers/ebay/client.ts, providers/mercadolibre/client.ts, providers/payoneer/client.ts, providers/paypal/client.ts. */
import { expect } from 'chai';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/until.ts';
import type { Exchange } from '../recorded-http.ts';
import { type Clients, createClients, type SandboxWorld, startSandboxWorld } from '../sandbox-world.ts';
import { failureOf, thrownBy } from '../thrown-by.ts';
import { everyContract } from './every.ts';

const lossKinds = [
  ['drop-reply', 'NO_ANSWER'],
  ['malformed', 'MALFORMED_ANSWER'],
] as const;

/** What every method of every client owes, whoever the provider is. */
describe('provider contract', () => {
  const exchanges: Exchange[] = [];
  let world: SandboxWorld;
  let clients: Clients;
  before(async () => {
    world = await startSandboxWorld(exchanges);
  });
  beforeEach(() => {
    clients = createClients(world.baseUrl); // nothing kept: no token, no key
  });
  afterEach(() => world.clearFaults());
  after(() => world[Symbol.asyncDispose]());

  for (const { provider, method, contract, ask } of everyContract) {
    const { operation, stakes, token, leaves, onceOnly, answersNothing, prepare, declined } = contract;

    describe(`${provider}.${method}`, () => {
      const prefix = provider.toUpperCase();
      const doubt = stakes === 'money' ? 'uncertain' : 'retryable';
      const again = onceOnly ? '' : ' although it is sent again';
      const fault = (kind: string, more: object = {}) =>
        world.control('faults', { provider, operation, kind, times: 1, ...more });
      const effects = async (): Promise<number> => (leaves ? (await world.effects(leaves)).length : 0);
      const one = leaves ? 1 : 0;

      it(onceOnly ? 'succeeds' : 'succeeds, and gives the same answer when it is sent again', async () => {
        const given = await prepare(world);
        const before = await effects();
        const first = await ask(clients, given);
        if (!onceOnly) expect(await ask(clients, given)).to.deep.equal(first);
        expect(await effects()).to.equal(before + one);
      });

      if (!onceOnly)
        it('happens once when it is sent twice at the same time', async () => {
          const given = await prepare(world);
          const before = await effects();
          const [first, second] = await Promise.all([ask(clients, given), ask(createClients(world.baseUrl), given)]);
          expect(second).to.deep.equal(first);
          expect(await effects()).to.equal(before + one);
        });

      const { as } = declined;
      it(`says what ${prefix} declined: ${typeof as === 'string' ? as : `answers ${as.answer}`}`, async () => {
        const given = await declined.prepare(world);
        const before = await effects();
        if (typeof as === 'string') expect(await failureOf(() => ask(clients, given))).to.equal(as);
        else expect(await ask(clients, given)).to.deep.equal(as.answer);
        expect(await effects()).to.equal(before);
      });

      if (token === 'application') {
        const tokensAsked = () => exchanges.filter(({ url }) => url.endsWith('/oauth2/token')).length;

        it('asks for a new token once when its own is refused', async () => {
          const given = await prepare(world);
          const [before, tokens] = [await effects(), tokensAsked()];
          await fault('status', { status: 401 });
          await ask(clients, given);
          expect([await effects(), tokensAsked()]).to.deep.equal([before + one, tokens + 2]);
        });

        it('gives up when the new token is refused as well', async () => {
          const given = await prepare(world);
          const [before, tokens] = [await effects(), tokensAsked()];
          await fault('status', { status: 401, times: 3 });
          expect(await failureOf(() => ask(clients, given))).to.match(/^terminal /);
          expect([await effects(), tokensAsked()]).to.deep.equal([before, tokens + 2]);
        });
      }

      if (token === 'user')
        it('leaves a refused token to its caller, and works with the next one', async () => {
          const given = await prepare(world);
          const before = await effects();
          await fault('status', { status: 401 });
          expect(await failureOf(() => ask(clients, given))).to.equal('retryable ACCESS_TOKEN_REFUSED');
          expect(await effects()).to.equal(before);
          await ask(clients, given);
          expect(await effects()).to.equal(before + one);
        });

      for (const [how, retryAfter, least, most] of [
        ['in seconds', () => '7', 7000, 7000],
        ['as a date', () => new Date(Date.now() + 60_000).toUTCString(), 30_000, 60_000],
        ['not at all', () => undefined, undefined, undefined],
      ] as const) {
        it(`is retryable after a 429 that says how long to wait ${how}, and nothing happened`, async () => {
          const given = await prepare(world);
          const before = await effects();
          const header = retryAfter();
          await fault('status', { status: 429, ...(header === undefined ? {} : { retryAfter: header }) });
          const error = await thrownBy(() => ask(clients, given));
          expect(error).to.include({ kind: 'retryable', code: `${prefix}_RATE_LIMITED` });
          const { retryAfterMs } = error as { retryAfterMs?: number };
          if (least === undefined) expect(retryAfterMs).to.equal(undefined);
          else expect(retryAfterMs).to.be.within(least, most);
          expect(await effects()).to.equal(before);
        });
      }

      for (const status of [500, 503]) {
        it(`is ${doubt} after a ${status}`, async () => {
          const given = await prepare(world);
          await fault('status', { status });
          expect(await failureOf(() => ask(clients, given))).to.equal(`${doubt} ${prefix}_SERVER_ERROR`);
        });
      }

      const losses = answersNothing ? ([['drop-reply', 'NO_ANSWER']] as const) : lossKinds;
      for (const [kind, code] of losses) {
        it(`is ${doubt} after ${kind}, and happens once${again}`, async () => {
          const given = await prepare(world);
          const before = await effects();
          await fault(kind);
          expect(await failureOf(() => ask(clients, given))).to.equal(`${doubt} ${prefix}_${code}`);
          expect(await effects()).to.equal(before + one);
          if (onceOnly) return;
          await ask(clients, given);
          expect(await effects()).to.equal(before + one);
        });
      }

      if (!contract.withoutOptions)
        it(`is ${doubt} when the answer is too slow, and happens once${again}`, async () => {
          const given = await prepare(world);
          const before = await effects();
          await fault('slow', { delayMs: 60_000 });
          const patience = new AbortController();
          const asked = failureOf(() => ask(clients, given, { signal: patience.signal }));
          await until(async () => (await world.control<{ faults: unknown[] }>('faults')).faults.length === 0);
          patience.abort();
          expect(await asked).to.equal(`${doubt} ${prefix}_NO_ANSWER`);
          expect(await effects()).to.equal(before + one);
          if (onceOnly) return;
          await ask(clients, given);
          expect(await effects()).to.equal(before + one);
        });

      it('is retryable when it never left', async () => {
        const given = await prepare(world);
        const nobody = createClients(`http://127.0.0.1:${await freePort()}`);
        expect(await failureOf(() => ask(nobody, given))).to.equal(`retryable ${prefix}_UNREACHABLE`);
      });
    });
  }
});
