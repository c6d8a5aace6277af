import { once } from 'node:events';
import { get, type ServerResponse } from 'node:http';
import { expect } from 'chai';
import { listen } from '../../runtime/listen.ts';
import { until } from '../support/until.ts';

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
});
