import { expect } from 'chai';
import { NotNow } from '../../../domain/call-outcome.ts';
import type { Gate } from '../../../providers/gate/gate.ts';
import { memoryBoard, openTestGate, stillClock } from '../../support/gates.ts';
import { everyContract } from '../contract/every.ts';
import { account, captured } from '../contract/goods.ts';
import type { Exchange } from '../recorded-http.ts';
import { createClients, type SandboxWorld, startSandboxWorld } from '../sandbox-world.ts';
import { failureOf, thrownBy } from '../thrown-by.ts';

const plenty = 1_000_000;

describe('the gate in front of the providers', () => {
  const exchanges: Exchange[] = [];
  const gates: Gate[] = [];
  let world: SandboxWorld;
  before(async () => {
    world = await startSandboxWorld(exchanges);
  });
  afterEach(async () => {
    await world.clearFaults();
    await Promise.all(gates.splice(0).map(gate => gate.close()));
  });
  after(() => world[Symbol.asyncDispose]());

  const open = (options: Parameters<typeof openTestGate>[0] = {}): Gate => {
    const gate = openTestGate(options);
    gates.push(gate);
    return gate;
  };
  const fault = (provider: string, operation: string, more: object) =>
    world.control('faults', { provider, operation, times: plenty, ...more });
  /** How many requests the faults have hit. */
  const requests = async (): Promise<number> => {
    const { faults } = await world.control<{ faults: { times: number }[] }>('faults');
    return faults.reduce((sum, { times }) => sum + plenty - times, 0);
  };

  for (const { provider, method, contract, ask } of everyContract)
    it(`${provider}.${method} passes it, and what it refuses does not leave`, async () => {
      const given = await contract.prepare(world);
      const refusal = new NotNow('CLOSED', 'closed', { retryAfterMs: 1 });
      const closed = { pass: async () => Promise.reject(refusal) } as unknown as Gate;
      const before = exchanges.length;
      expect(await thrownBy(() => ask(createClients(world.baseUrl, closed), given))).to.equal(refusal);
      expect(exchanges.length).to.equal(before);
    });

  describe('makes a call for money once', () => {
    for (const { provider, method, contract, ask } of everyContract.filter(row => row.contract.stakes === 'money'))
      for (const how of [{ kind: 'status', status: 503 }, { kind: 'status', status: 429 }, { kind: 'drop-reply' }])
        it(`${provider}.${method} after ${'status' in how ? how.status : how.kind}`, async () => {
          const given = await contract.prepare(world);
          const clients = createClients(world.baseUrl, open({ rules: { readRetries: 2 } }));
          await fault(provider, contract.operation, how);
          await thrownBy(() => ask(clients, given));
          expect(await requests()).to.equal(1);
        });
  });

  describe('asks a safe question again', () => {
    const read = async (rules = {}) => {
      const captureId = await captured(world);
      const { paypal } = createClients(world.baseUrl, open({ rules: { readRetries: 2, ...rules } }));
      await paypal.getBalances();
      return () => paypal.getCapture(captureId);
    };

    for (const how of [
      { kind: 'status', status: 500 },
      { kind: 'status', status: 503 },
      { kind: 'status', status: 429 },
      { kind: 'drop-reply' },
    ])
      it(`twice at most, after ${'status' in how ? how.status : how.kind}`, async () => {
        const ask = await read();
        await world.control('faults', { provider: 'paypal', operation: 'get-capture', times: 2, ...how });
        await ask();
        await fault('paypal', 'get-capture', how);
        expect(await failureOf(ask)).to.match(/^retryable PAYPAL_(SERVER_ERROR|RATE_LIMITED|NO_ANSWER)$/);
        expect(await requests()).to.equal(3);
      });

    for (const status of [400, 403, 404, 422])
      it(`but not after ${status}: it would be refused again`, async () => {
        const ask = await read();
        await fault('paypal', 'get-capture', { kind: 'status', status });
        await thrownBy(ask);
        expect(await requests()).to.equal(1);
      });

    it('and every try counts: the circuit opens between them', async () => {
      const ask = await read({ failures: 2 });
      await fault('paypal', 'get-capture', { kind: 'status', status: 503 });
      expect(await failureOf(ask)).to.equal('retryable PAYPAL_CIRCUIT_OPEN');
      expect(await requests()).to.equal(2);
    });
  });

  describe('after a 429 that says how long to wait', () => {
    const seller = async (clients: ReturnType<typeof createClients>) => {
      const { accountId, accessToken } = await account(world, 'ebay');
      const call = () => clients.ebay.getOrder({ accessToken, account: accountId }, '1');
      return { call, accessToken };
    };
    const limited = 'retryable EBAY_RATE_LIMITED';

    for (const [how, retryAfter] of [
      ['in seconds', () => '60'],
      ['as a date', () => new Date(Date.now() + 60_000).toUTCString()],
    ] as const)
      it(`${how}, sends nothing for that account before`, async () => {
        const clock = stillClock();
        const clients = createClients(world.baseUrl, open({ now: clock.now }));
        const [one, other] = [await seller(clients), await seller(clients)];
        const more = { kind: 'status', status: 429, retryAfter: retryAfter(), match: 'order/1' };
        await world.control('faults', { provider: 'ebay', operation: 'get-order', times: 1, ...more });
        expect(await failureOf(one.call)).to.equal(limited);
        const sent = exchanges.length;
        const error = await thrownBy(one.call);
        expect(error).to.be.instanceOf(NotNow);
        expect((error as NotNow).retryAfterMs).to.be.within(55_000, 60_000);
        expect(exchanges.length).to.equal(sent);
        expect(await failureOf(other.call), 'the other account is not paused').not.to.equal(limited);
        clock.advance(60_000);
        expect(await failureOf(one.call)).not.to.equal(limited);
      });

    it('waits itself when it is not long', async () => {
      const clients = createClients(world.baseUrl, open());
      const { call } = await seller(clients);
      const until = Date.now() + 1_000;
      const more = { kind: 'status', status: 429, retryAfter: '1' };
      await world.control('faults', { provider: 'ebay', operation: 'get-order', times: 1, ...more });
      expect(await failureOf(call)).to.equal(limited);
      expect(await failureOf(call)).not.to.equal(limited);
      expect(Date.now()).to.be.at.least(until - 5);
    });

    it('and other processes hear of it', async () => {
      const board = memoryBoard();
      const [gate, other] = [open({ board }), open({ board })];
      const clients = createClients(world.baseUrl, gate);
      const { call, accessToken } = await seller(clients);
      await fault('ebay', 'get-order', { kind: 'status', status: 429, retryAfter: '60' });
      await failureOf(call);
      await gate.look();
      await other.look();
      const [trouble] = board.troubles.values();
      expect(trouble).to.include({ provider: 'ebay', why: 'RATE_LIMITED' });
      const others = createClients(world.baseUrl, other);
      const sent = exchanges.length;
      const same = { accessToken, account: trouble?.account ?? '' };
      expect(await failureOf(() => others.ebay.getOrder(same, '1'))).to.equal(limited);
      expect(exchanges.length).to.equal(sent);
    });
  });
});
