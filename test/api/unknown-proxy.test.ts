/** Covers: runtime/http/unknown-proxy.ts, runtime/http/source-address.ts. */
import { expect } from 'chai';
import request from 'supertest';
import { createLogger } from '../../runtime/logger.ts';
import { openWorld } from '../dashboard/world.ts';
import { openApi } from './open-api.ts';

const told = 'a proxy that TRUSTED_PROXIES does not name: all callers behind it count as one';
const behind = { 'x-forwarded-for': '192.0.2.1' };

const listening = () => {
  const lines: string[] = [];
  const log = createLogger('test', 'warn', { write: line => lines.push(line) });
  return { log, warnings: () => lines.map(line => JSON.parse(line)).filter(({ msg }) => msg === told) };
};

describe('a proxy in front that nobody has named', () => {
  it('is told of by the api, once, with its address', async () => {
    const { log, warnings } = listening();
    await using api = await openApi({ deps: () => ({ log }) });
    await api.call('GET', '/health');
    expect(warnings()).to.have.length(0);
    for (let times = 0; times < 3; times += 1) await api.call('GET', '/health', { headers: behind });
    expect(warnings()).to.have.length(1);
    expect(warnings()[0]).to.include({ level: 'warn' });
    expect(warnings()[0].from).to.match(/127\.0\.0\.1$/);
  });

  it('is not told of where it is named', async () => {
    const { log, warnings } = listening();
    await using api = await openApi({ env: { TRUSTED_PROXIES: '127.0.0.1' }, deps: () => ({ log }) });
    await api.call('GET', '/health', { headers: behind });
    expect(warnings()).to.deep.equal([]);
  });

  it('is told of by the dashboard too', async () => {
    const { log, warnings } = listening();
    const world = await openWorld(undefined, log);
    try {
      for (let times = 0; times < 2; times += 1) await request(world.app).get('/health').set(behind);
      expect(warnings()).to.have.length(1);
    } finally {
      await world.close();
    }
  });
});
