import { expect } from 'chai';
import { NotNow } from '../../../domain/call-outcome.ts';
import type { Gate } from '../../../providers/gate/gate.ts';
import { freePort } from '../../support/free-port.ts';
import { type Line, memoryBoard, openTestGate, stillClock } from '../../support/gates.ts';
import { until } from '../../support/until.ts';
import { account, approvedOrder, captured, unique } from '../contract/goods.ts';
import { type Clients, createClients, type SandboxWorld, startSandboxWorld } from '../sandbox-world.ts';
import { failureOf, thrownBy } from '../thrown-by.ts';

const plenty = 1_000_000;
const times = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('a provider circuit', () => {
  let world: SandboxWorld;
  let clock: ReturnType<typeof stillClock>;
  let board: ReturnType<typeof memoryBoard>;
  let lines: Line[];
  let gate: Gate;
  let clients: Clients;
  const gates: Gate[] = [];

  before(async () => {
    world = await startSandboxWorld();
  });
  beforeEach(() => {
    clock = stillClock();
    board = memoryBoard();
    lines = [];
    gate = openGateHere();
    clients = createClients(world.baseUrl, gate);
  });
  afterEach(async () => {
    await world.clearFaults();
    await Promise.all(gates.splice(0).map(open => open.close()));
  });
  after(() => world[Symbol.asyncDispose]());

  const openGateHere = (rules = {}): Gate => {
    const made = openTestGate({ board, now: clock.now, lines, rules });
    gates.push(made);
    return made;
  };
  const breaks = (provider: string, operation: string, more: object = { kind: 'status', status: 503 }) =>
    world.control('faults', { provider, operation, times: plenty, ...more });
  /** How many requests the faults have hit. */
  const requests = async (): Promise<number> => {
    const { faults } = await world.control<{ faults: { times: number }[] }>('faults');
    return faults.reduce((sum, fault) => sum + plenty - fault.times, 0);
  };
  const posted = () => [...board.troubles.values()];

  const readCapture = async (): Promise<() => Promise<unknown>> => {
    const captureId = await captured(world);
    return () => clients.paypal.getCapture(captureId);
  };
  const opened = async (): Promise<() => Promise<unknown>> => {
    const read = await readCapture();
    await read();
    await breaks('paypal', 'get-capture');
    for (const _ of times(5)) await thrownBy(read);
    return read;
  };

  it('opens after five failures in a row, and then nothing leaves', async () => {
    const read = await readCapture();
    await breaks('paypal', 'get-capture');
    for (const _ of times(4)) expect(await failureOf(read)).to.equal('retryable PAYPAL_SERVER_ERROR');
    expect(gate.state('paypal')).to.equal('up');
    expect(await failureOf(read), 'the fifth opens it and waits like the others').to.equal(
      'retryable PAYPAL_CIRCUIT_OPEN',
    );
    expect(gate.state('paypal')).to.equal('down');
    expect(await requests()).to.equal(5);
    for (const _ of times(20)) await thrownBy(read);
    expect(await requests()).to.equal(5);
  });

  it('says how long it stays open', async () => {
    const read = await opened();
    clock.advance(2_000);
    const error = await thrownBy(read);
    expect(error).to.be.instanceOf(NotNow);
    expect((error as NotNow).retryAfterMs).to.equal(3_000);
  });

  it('lets one call try when its time is over, and closes when that succeeds', async () => {
    const read = await opened();
    await world.clearFaults();
    clock.advance(4_999);
    expect(await failureOf(read)).to.equal('retryable PAYPAL_CIRCUIT_OPEN');
    clock.advance(1);
    expect(gate.state('paypal')).to.equal('probing');
    await read();
    expect(gate.state('paypal')).to.equal('up');
    await Promise.all(times(5).map(read));
  });

  it('lets only one call try, the others are told at once', async () => {
    const read = await opened();
    clock.advance(5_000);
    const before = await requests();
    const ends = await Promise.all(times(10).map(() => failureOf(read)));
    expect(await requests()).to.equal(before + 1);
    expect(new Set(ends)).to.deep.equal(new Set(['retryable PAYPAL_CIRCUIT_OPEN']));
  });

  it('stays open twice as long after each try in vain, at most five minutes', async () => {
    const read = await opened();
    const waits: number[] = [];
    for (const _ of times(8)) {
      const { retryAfterMs } = (await thrownBy(read)) as NotNow;
      waits.push(retryAfterMs / 1000);
      clock.advance(retryAfterMs);
      await thrownBy(read);
    }
    expect(waits).to.deep.equal([5, 10, 20, 40, 80, 160, 300, 300]);
    expect(posted()).to.have.length(1);
    expect(posted()[0]).to.include({ provider: 'paypal', account: '', why: 'OUTAGE', attempt: 9 });
  });

  it('starts anew after it has closed', async () => {
    const read = await opened();
    await world.clearFaults();
    clock.advance(5_000);
    await read();
    await breaks('paypal', 'get-capture');
    for (const _ of times(4)) expect(await failureOf(read)).to.equal('retryable PAYPAL_SERVER_ERROR');
    await thrownBy(read);
    expect(((await thrownBy(read)) as NotNow).retryAfterMs).to.equal(5_000);
  });

  it('opens when nobody is there', async () => {
    const nobody = createClients(`http://127.0.0.1:${await freePort()}`, gate);
    for (const _ of times(4))
      expect(await failureOf(() => nobody.paypal.getBalances())).to.equal('retryable PAYPAL_UNREACHABLE');
    expect(await failureOf(() => nobody.paypal.getBalances())).to.equal('retryable PAYPAL_CIRCUIT_OPEN');
  });

  it('stays closed while successes come between the failures', async () => {
    const read = await readCapture();
    for (const _ of times(6)) {
      await world.control('faults', {
        provider: 'paypal',
        operation: 'get-capture',
        kind: 'status',
        status: 500,
        times: 4,
      });
      for (const _ of times(4)) await thrownBy(read);
      await read();
    }
    expect(gate.state('paypal')).to.equal('up');
  });

  for (const status of [400, 401, 403, 404, 422, 429])
    it(`stays closed after any number of ${status}s: a provider that refuses is there`, async () => {
      const read = await readCapture();
      await breaks('paypal', 'get-capture', { kind: 'status', status });
      for (const _ of times(12)) expect(await failureOf(read)).not.to.include('CIRCUIT_OPEN');
      expect(gate.state('paypal')).to.equal('up');
    });

  it('does not close because the call that tried was broken off by us', async () => {
    const read = await opened();
    clock.advance(5_000);
    const order = (signal: AbortSignal) => failureOf(() => clients.paypal.getOrder('5O190127TN364715T', { signal }));
    expect(await order(AbortSignal.abort())).to.equal('retryable PAYPAL_UNREACHABLE');
    const stop = new AbortController();
    await world.clearFaults();
    await breaks('paypal', 'get-order', { kind: 'timeout' });
    const trying = order(stop.signal);
    await until(async () => (await requests()) > 0, { everyMs: 5 });
    stop.abort();
    await trying;
    expect(gate.state('paypal')).to.equal('down');
    expect(await failureOf(read)).to.equal('retryable PAYPAL_CIRCUIT_OPEN');
  });

  it('a call for money that found it open did not leave: it is no doubt', async () => {
    await opened();
    const order = await approvedOrder(world);
    const capture = () => clients.paypal.captureOrder(order, unique('capture'));
    expect(await failureOf(capture)).to.equal('retryable PAYPAL_CIRCUIT_OPEN');
    expect((await world.paypal.getOrder(order))?.captures).to.deep.equal([]);
  });

  it('a call for money whose answer was lost stays in doubt, also when it opens the circuit', async () => {
    const orders = await Promise.all(times(5).map(() => approvedOrder(world)));
    await clients.paypal.getBalances();
    await breaks('paypal', 'capture', { kind: 'drop-reply' });
    for (const order of orders)
      expect(await failureOf(() => clients.paypal.captureOrder(order, unique('capture')))).to.equal(
        'uncertain PAYPAL_NO_ANSWER',
      );
    expect(gate.state('paypal')).to.equal('down');
    expect(await requests(), 'each of them was sent once').to.equal(5);
  });

  describe('of an account', () => {
    const seller = async () => {
      const { accountId, accessToken } = await account(world, 'aliexpress');
      const read = () => clients.aliexpress.getOrder({ accessToken, account: accountId }, '1');
      return { accountId, accessToken, read };
    };
    const fails = async (read: () => Promise<unknown>, count = 5) => {
      for (const _ of times(count)) await thrownBy(read);
    };
    const isOpen = async (read: () => Promise<unknown>) =>
      (await failureOf(read)) === 'retryable ALIEXPRESS_CIRCUIT_OPEN';

    it("is its own: another account's calls leave, and the provider counts as up", async () => {
      const [ill, well] = [await seller(), await seller()];
      await breaks('aliexpress', 'order-get', { kind: 'status', status: 503, match: ill.accessToken });
      await fails(ill.read);
      expect(await isOpen(ill.read)).to.equal(true);
      expect(await isOpen(well.read)).to.equal(false);
      expect(gate.state('aliexpress')).to.equal('up');
    });

    it("is the provider's when two accounts suffer and nobody succeeds", async () => {
      const [one, two, three] = [await seller(), await seller(), await seller()];
      await breaks('aliexpress', 'order-get');
      await fails(one.read, 3);
      await fails(two.read, 2);
      expect(gate.state('aliexpress')).to.equal('down');
      expect(await isOpen(three.read)).to.equal(true);
      expect(posted().map(({ account }) => account)).to.deep.equal(['']);
    });
  });

  describe('is shared', () => {
    it('another process that looks at the board sends nothing either, then tries once itself', async () => {
      const read = await opened();
      const other = openGateHere();
      const others = createClients(world.baseUrl, other);
      await gate.look();
      await other.look();
      expect(other.state('paypal')).to.equal('down');
      const before = await requests();
      expect(await failureOf(() => others.paypal.getBalances())).to.equal('retryable PAYPAL_CIRCUIT_OPEN');
      clock.advance(5_000);
      await world.clearFaults();
      await others.paypal.getBalances();
      expect(before).to.equal(5);
      await other.look();
      await gate.look();
      expect(gate.state('paypal'), 'and what it has found out is taken over').to.equal('up');
      await read();
    });

    it('tells whoever watches, once per change, also when only time has passed', async () => {
      const seen: string[] = [];
      gate.watch(() => seen.push(gate.state('paypal')));
      const read = await opened();
      await gate.look();
      clock.advance(5_000);
      await gate.look();
      await gate.look();
      await world.clearFaults();
      await read();
      expect(seen).to.deep.equal(['down', 'probing', 'up']);
      expect(lines.filter(({ text }) => text?.includes('circuit')).map(({ level }) => level)).to.deep.equal([
        'warn',
        'info',
      ]);
    });

    it('a board that is away keeps no call from being made, and hears of it later', async () => {
      let away = true;
      const { post } = board;
      board.post = async trouble => {
        if (away) throw new Error('the database is away');
        return post(trouble);
      };
      const read = await opened();
      await gate.look();
      expect(await failureOf(read)).to.equal('retryable PAYPAL_CIRCUIT_OPEN');
      expect(posted()).to.deep.equal([]);
      away = false;
      await gate.look();
      expect(posted()).to.have.length(1);
    });
  });
});
