import { expect } from 'chai';
import { freePort } from '../support/free-port.ts';
import { contractCalls } from './contract-calls.ts';
import { payoneerCalls } from './payoneer-calls.ts';
import { createClients, type SandboxWorld, startSandboxWorld } from './sandbox-world.ts';
import { shippingCalls } from './shipping-calls.ts';
import { failureOf } from './thrown-by.ts';
import { webhookCalls } from './webhook-calls.ts';

const everyCall = [...contractCalls, ...shippingCalls, ...webhookCalls, ...payoneerCalls];

/** What every method of every client owes, whoever the provider is. */
describe('provider contract', () => {
  let world: SandboxWorld;
  before(async () => {
    world = await startSandboxWorld();
  });
  afterEach(() => world.clearFaults());
  after(() => world[Symbol.asyncDispose]());

  for (const { provider, operation, stakes, leaves, onceOnly, prepare } of everyCall) {
    describe(`${provider} ${operation}`, () => {
      const prefix = provider.toUpperCase();
      const doubt = stakes === 'money' ? 'uncertain' : 'retryable';
      const fault = (kind: string, more: object = {}) =>
        world.control('faults', { provider, operation, kind, times: 1, ...more });
      const effects = async (): Promise<number> => (leaves ? (await world.effects(leaves)).length : 0);

      it(onceOnly ? 'succeeds' : 'succeeds, and gives the same answer when it is sent again', async () => {
        const call = await prepare(world);
        const before = await effects();
        const first = await call(world);
        if (!onceOnly) expect(await call(world)).to.deep.equal(first);
        expect(await effects()).to.equal(before + (leaves ? 1 : 0));
      });

      it('is retryable after a 429, and nothing happened', async () => {
        const call = await prepare(world);
        const before = await effects();
        await fault('status', { status: 429 });
        expect(await failureOf(() => call(world))).to.equal(`retryable ${prefix}_RATE_LIMITED`);
        expect(await effects()).to.equal(before);
      });

      it(`is ${doubt} after a 503`, async () => {
        const call = await prepare(world);
        await fault('status', { status: 503 });
        expect(await failureOf(() => call(world))).to.equal(`${doubt} ${prefix}_SERVER_ERROR`);
      });

      for (const [kind, code] of [
        ['drop-reply', 'NO_ANSWER'],
        ['malformed', 'MALFORMED_ANSWER'],
      ] as const) {
        it(`is ${doubt} after ${kind}, and happens once${onceOnly ? '' : ' although it is sent again'}`, async () => {
          const call = await prepare(world);
          const before = await effects();
          await fault(kind);
          expect(await failureOf(() => call(world))).to.equal(`${doubt} ${prefix}_${code}`);
          expect(await effects()).to.equal(before + (leaves ? 1 : 0));
          if (onceOnly) return;
          await call(world);
          expect(await effects()).to.equal(before + (leaves ? 1 : 0));
        });
      }

      it('is retryable when it never left', async () => {
        const call = await prepare(world);
        const nobody = createClients(`http://127.0.0.1:${await freePort()}`);
        expect(await failureOf(() => call(nobody))).to.equal(`retryable ${prefix}_UNREACHABLE`);
      });
    });
  }
});
