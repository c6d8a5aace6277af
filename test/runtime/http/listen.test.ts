import { once } from 'node:events';
import { createServer, get, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { logFullServer } from '../../../runtime/full-server.ts';
import { listen } from '../../../runtime/http/listen.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { until } from '../../support/until.ts';

const host = '127.0.0.1';

describe('listen', () => {
  it('tells the port it got, and says clearly that one is taken', async () => {
    const first = await listen((_request, response) => response.end('hello'), { port: 0, host });
    expect(await (await fetch(`http://${host}:${first.port}/`)).text()).to.equal('hello');
    const message = await listen(() => {}, { port: first.port, host }).catch((error: Error) => error.message);
    expect(message).to.match(new RegExp(`cannot listen on ${host}:${first.port}: another process listens there`));
    await first.close();
  });

  it('answers the request under way before it closes, and takes no new one', async () => {
    const waiting: ServerResponse[] = [];
    const listening = await listen((_request, response) => waiting.push(response), { port: 0, host });
    const url = `http://${host}:${listening.port}/`;
    const answer = fetch(url).then(response => response.text());
    await until(() => waiting.length === 1);
    const closed = listening.close();
    await until(
      () =>
        fetch(url)
          .then(() => false)
          .catch(() => true),
      { describe: 'a refused connection' },
    );
    waiting[0]?.end('in time');
    expect(await answer).to.equal('in time');
    await closed;
  });

  it('cuts what is left when the grace is over', async () => {
    const listening = await listen(() => {}, { port: 0, host });
    const request = get(`http://${host}:${listening.port}/`);
    const cut = once(request, 'error');
    await once(request, 'socket');
    await until(() => request.socket?.connecting === false);
    await listening.close(50);
    expect(((await cut)[0] as NodeJS.ErrnoException).code).to.equal('ECONNRESET');
  });

  it('cuts a request that does not arrive whole, without being woken by anything', async () => {
    const listening = await listen(() => {}, { port: 0, host, requestTimeoutMs: 100 });
    const slow = connect(listening.port, host);
    let heard = '';
    slow.on('data', data => (heard += data));
    const closed = once(slow, 'close');
    slow.write('GET / HTTP/1.1\r\nHost: slow\r\nX-Never: en');
    await closed;
    expect(heard).to.match(/^HTTP\/1.1 408 /);
    await listening.close();
  });

  it('closes connections beyond the most it holds, and serves those it has', async () => {
    const listening = await listen((_request, response) => response.end('hello'), { port: 0, host, connectionsMax: 1 });
    const first = connect(listening.port, host);
    await until(async () => (await connectionsOf(listening.server)) === 1);
    const second = connect(listening.port, host);
    const refused = once(second, 'close');
    second.resume();
    await refused;
    const answer = once(first, 'data');
    first.write('GET / HTTP/1.1\r\nHost: us\r\n\r\n');
    expect(String((await answer)[0])).to.match(/^HTTP\/1.1 200 /);
    first.destroy();
    await listening.close();
  });

  it('says that it is full, and not again for each connection that it closes', async () => {
    const lines: string[] = [];
    const log = createLogger('test', 'warn', { write: line => void lines.push(line) });
    const listening = await listen(() => {}, { port: 0, host, connectionsMax: 1, log });
    const first = connect(listening.port, host);
    await until(async () => (await connectionsOf(listening.server)) === 1);
    for (let more = 0; more < 3; more++) await once(connect(listening.port, host).resume(), 'close');
    expect(lines).to.have.length(1);
    expect(JSON.parse(lines[0] ?? '')).to.include({ level: 'warn', dropped: 1, connectionsMax: 1 });
    first.destroy();
    await listening.close();
  });

  it('says a minute later how many it has closed since', () => {
    const told: unknown[] = [];
    const log = createLogger('test', 'warn', { write: line => void told.push(JSON.parse(line).dropped) });
    const server = createServer();
    let now = 0;
    logFullServer(server, log, () => now);
    for (now of [0, 30_000, 59_999, 60_000, 60_001, 120_000]) server.emit('drop');
    expect(told).to.deep.equal([1, 3, 2]);
  });

  it('takes no request that names two hosts', async () => {
    const asked: (string | undefined)[] = [];
    const listening = await listen(
      (request, response) => {
        asked.push(request.headers.host);
        response.end();
      },
      { port: 0, host },
    );
    const answerTo = async (...hosts: string[]) => {
      const socket = connect(listening.port, host);
      const answer = once(socket, 'data');
      socket.write(`GET / HTTP/1.1\r\n${hosts.map(name => `Host: ${name}\r\n`).join('')}\r\n`);
      const [text] = await answer;
      socket.destroy();
      return String(text).split(' ')[1];
    };
    expect(await answerTo('ours', 'theirs')).to.equal('400');
    expect(await answerTo('ours', 'ours')).to.equal('400');
    expect(await answerTo('ours')).to.equal('200');
    expect(asked).to.deep.equal(['ours']);
    await listening.close();
  });
});

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count))));
