import { request } from 'node:http';
import { expect } from 'chai';
import { startSandbox, type TestSandbox } from './start.ts';

describe('sandbox: who it answers to', () => {
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await startSandbox({ publicUrl: 'http://sandbox.intern:3002' });
  });
  after(() => sandbox.close());

  const ask = (hosts: string[], path = '/_control/tokens'): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(sandbox.url);
      const headers = hosts.flatMap(host => ['host', host]);
      request({ hostname, port, path, headers, setHost: false, agent: false }, response => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

  it('answers to the names of its machine, and to the one that it was given', async () => {
    for (const host of ['localhost', 'LocalHost:3002', '127.0.0.1:80', '127.8.0.1', '[::1]:3002', 'sandbox.intern:1'])
      expect(await ask([host], '/_control/health'), host).to.equal(200);
  });

  it('answers to no other name, whatever is asked', async () => {
    const others = ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.0.2.1'];
    for (const host of others)
      for (const path of ['/_control/tokens', '/_control/health', '/shop/', '/paypal/v1/oauth2/token', '/nothing'])
        expect(await ask([host], path), `${host}${path}`).to.equal(421);
    expect(await ask(['localhost', 'evil.example'])).to.equal(421);
    expect(await ask(['localhost', 'localhost'])).to.equal(421);
  });
});
