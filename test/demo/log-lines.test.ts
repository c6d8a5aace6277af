import { Writable } from 'node:stream';
import { expect } from 'chai';
import { watchLog } from '../../demo/log-lines.ts';

const line = (process: string, fields: object) =>
  `${process.padEnd(9)} | ${JSON.stringify({ time: '2026-11-29T23:46:56.645Z', ...fields })}\n`;

describe('the line of the log that tells most', () => {
  const written: string[] = [];
  const to = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  const lines = [
    line('workers', {
      level: 'warn',
      queue: 'purchase',
      orderId: 'order-1',
      code: 'AWAY',
      err: { message: 'no answer' },
      msg: 'job',
    }),
    line('workers', { level: 'info', orderId: 'order-1', msg: 'job' }),
    line('api', {
      level: 'info',
      req: { method: 'POST', path: '/api/orders' },
      res: { statusCode: 429 },
      msg: 'request completed',
    }),
    'workers   | ended with SIGKILL; starting it again in 500 ms\n',
    'api       | {"level":"error", half a line\n',
  ];

  it('names the order; else it is the last since the scenario began; and everything is passed on', async () => {
    const { log, lastTrouble } = watchLog(to);
    const write = (text: string) => new Promise<void>(done => void log.write(text, () => done()));
    for (const text of lines.slice(0, 3)) await write(text);
    expect(lastTrouble(['order-1'], 0)).to.equal('workers 23:46:56 warn: job (AWAY, no answer)');
    expect(lastTrouble(['order-2'], 0)).to.equal('api 23:46:56 answered 429 to POST /api/orders');
    expect(lastTrouble(['order-2'], Date.now() + 1)).to.equal(undefined);
    for (const text of lines.slice(3)) await write(text);
    expect(lastTrouble(['order-2'], 0)).to.equal('workers: ended with SIGKILL; starting it again in 500 ms');
    expect(written).to.deep.equal(lines);
  });
});
