import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { CallFailed, send } from '../../../providers/wire/http.ts';
import { freePort } from '../../support/free-port.ts';
import { startStub } from '../stub-server.ts';
import { thrownBy } from '../thrown-by.ts';

const outcomeOf = async (work: () => unknown): Promise<string> => {
  const error = await thrownBy(work);
  if (error instanceof CallFailed) return error.message;
  throw error;
};

describe('send', () => {
  it('returns a whole answer whatever its status, and follows no redirect', async () => {
    await using server = await startStub(({ url }) =>
      url === '/moved' ? { status: 302, headers: { location: '/elsewhere' } } : { status: 503, body: 'busy' },
    );
    const busy = await send({ method: 'GET', url: `${server.url}/` }, 1000);
    expect([busy.status, busy.body]).to.deep.equal([503, 'busy']);
    const moved = await send({ method: 'GET', url: `${server.url}/moved` }, 1000);
    expect([moved.status, moved.headers.location]).to.deep.equal([302, '/elsewhere']);
    expect(server.seen.map(({ url }) => url)).to.deep.equal(['/', '/moved']);
  });

  it('sends a frozen body byte for byte', async () => {
    await using server = await startStub(() => ({}));
    const data = ' {"b":1.0,"a":[ 10.00 ]}\n';
    const headers = { 'content-type': 'application/json' };
    await send({ method: 'POST', url: server.url, data, headers }, 1000);
    expect(server.seen[0]?.body).to.equal(data);
  });

  it('knows that a refused connection never left', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    expect(await outcomeOf(() => send({ method: 'GET', url }, 1000))).to.equal('never-left (ECONNREFUSED)');
  });

  it('knows that an unknown host never left', async () => {
    const work = () => send({ method: 'GET', url: 'http://nobody.invalid/' }, 5000);
    expect(await outcomeOf(work)).to.match(/^never-left \((ENOTFOUND|EAI_AGAIN)\)$/);
  });

  it('knows that a silent TLS handshake never left', async () => {
    const server = net.createServer(() => {}).listen(0, '127.0.0.1');
    const sockets: net.Socket[] = [];
    server.on('connection', socket => sockets.push(socket));
    await once(server, 'listening');
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await outcomeOf(() => send({ method: 'GET', url }, 100))).to.equal('never-left (TIMEOUT)');
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  it('knows that a call which was stopped before it began never left', async () => {
    await using server = await startStub(() => ({}));
    const work = () => send({ method: 'GET', url: server.url }, 1000, { signal: AbortSignal.abort() });
    expect(await outcomeOf(work)).to.equal('never-left (ABORTED)');
    expect(server.seen).to.deep.equal([]);
  });

  it('lets nothing leave whose departure is missed, not even on a connection that stands', async () => {
    await using server = await startStub(() => ({}));
    const late = { departure: { isMissed: () => true } };
    const work = () => send({ method: 'POST', url: server.url, data: 'x' }, 1000, late);
    expect(await outcomeOf(work)).to.equal('never-left (DEPARTURE_MISSED)');
    await send({ method: 'GET', url: server.url }, 1000);
    expect(await outcomeOf(work)).to.equal('never-left (DEPARTURE_MISSED)');
    expect(server.seen).to.have.length(1);
  });

  for (const [reply, code] of [
    ['silence', 'TIMEOUT'],
    ['cut', 'ECONNRESET'],
    ['half a body', 'ERR_BAD_RESPONSE'],
    ['no http', 'HPE_INVALID_CONSTANT'],
  ] as const) {
    it(`does not know what happened after ${reply}`, async () => {
      await using server = await startStub(() => reply);
      const work = () => send({ method: 'POST', url: server.url, data: 'x' }, 300);
      expect(await outcomeOf(work)).to.equal(`left-without-answer (${code})`);
    });
  }

  it('takes an answer that is too long for none', async () => {
    await using server = await startStub(() => ({ body: 'x'.repeat(101) }));
    const work = () => send({ method: 'GET', url: server.url, maxAnswerBytes: 100 }, 1000);
    expect(await outcomeOf(work)).to.match(/^left-without-answer/);
  });

  it('stops with the job', async () => {
    const job = new AbortController();
    await using server = await startStub(() => {
      job.abort();
      return 'silence';
    });
    const work = () => send({ method: 'GET', url: server.url }, 5000, { signal: job.signal });
    expect(await outcomeOf(work)).to.equal('left-without-answer (ABORTED)');
  });

  it('keeps the request, and so its Authorization header, out of the error', async () => {
    await using server = await startStub(() => 'cut');
    const headers = { authorization: 'Bearer s3cret' };
    const error = await thrownBy(() => send({ method: 'GET', url: server.url, headers }, 1000));
    expect((error as Error).cause).to.equal(undefined);
    expect(`${JSON.stringify(error)} ${(error as Error).stack}`).not.to.include('s3cret');
  });
});
