import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type SupervisedProcessOptions, startSupervised } from '../../../runtime/system/supervised-process.ts';
import { freePort } from '../../support/free-port.ts';
import { isAlive } from '../../support/is-alive.ts';
import { codeCommand, moduleUrl, runCode } from '../../support/run-code.ts';
import { until } from '../../support/until.ts';

const settings = (code: string, more: Partial<SupervisedProcessOptions> = {}): SupervisedProcessOptions => ({
  name: 'child',
  command: codeCommand(code),
  env: { PATH: process.env.PATH ?? '' },
  stopDeadlineMs: 5_000,
  log: () => {},
  onGivenUp: () => {},
  ...more,
});

const staysUp = `setInterval(() => {}, 1000); process.send('ready');`;

describe('supervised process', () => {
  it('is ready when its health check answers, and stops on SIGTERM', async () => {
    const port = await freePort();
    const lines: string[] = [];
    const serves = `
      import { createServer } from 'node:http';
      const server = createServer((_, response) => response.end()).listen(${port});
      process.once('SIGTERM', () => { console.log('closed'); process.exit(0); });`;
    const child = await startSupervised(
      settings(serves, { healthUrl: `http://127.0.0.1:${port}/`, log: line => lines.push(line) }),
    );
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).to.equal(200);
    await child.stop();
    expect(child.pid).to.equal(undefined);
    expect(lines).to.deep.equal(['closed']);
  });

  it('fails to start with its last words when it ends before it is ready', async () => {
    const problem = await startSupervised(settings(`console.error('no DATABASE_URL'); process.exit(3);`)).catch(
      (error: Error) => error.message,
    );
    expect(problem).to.equal('child ended with status 3:\nno DATABASE_URL');
  });

  it('is started again after a kill -9, and on request', async () => {
    const child = await startSupervised(settings(staysUp));
    const first = child.pid;
    await child.kill('SIGKILL');
    await child.whenReady();
    const second = child.pid;
    expect(second).to.be.a('number').and.not.equal(first);
    await child.restart();
    expect(child.pid).to.be.a('number').and.not.equal(second);
    await child.stop();
  });

  it('is given up after five crashes in a row', async () => {
    // It is ready the first time and fails ever after.
    using folder = mkdtempDisposableSync(join(tmpdir(), 'orders-crash-'));
    const crashes = `
      import { existsSync, writeFileSync } from 'node:fs';
      const mark = '${folder.path}/mark';
      if (existsSync(mark)) process.exit(7);
      writeFileSync(mark, '');
      ${staysUp}`;
    let givenUp: Error | undefined;
    const child = await startSupervised(
      settings(crashes, {
        backOffMs: () => 1,
        onGivenUp: error => {
          givenUp = error;
        },
      }),
    );
    await child.kill('SIGKILL');
    await until(() => givenUp, { describe: 'giving up' });
    expect(givenUp?.message).to.equal('child crashed 6 times in a row, last with status 7');
    await child.stop();
  });

  it('that ignores SIGTERM is killed at the deadline, with what it started', async () => {
    const lines: string[] = [];
    const stubborn = `
      import { spawn } from 'node:child_process';
      process.on('SIGTERM', () => {});
      console.log(spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' }).pid);
      ${staysUp}`;
    const child = await startSupervised(settings(stubborn, { stopDeadlineMs: 100, log: line => lines.push(line) }));
    const grandchild = await until(() => Number(lines[0]));
    await child.stop();
    await until(() => !isAlive(grandchild), { describe: `the end of ${grandchild}` });
  });

  it('stops by itself when its supervisor is killed, though nobody reads its log any more', async () => {
    const logsAtItsEnd = `
      import { listen } from '${moduleUrl('runtime/http/listen.ts')}';
      import { createLogger } from '${moduleUrl('runtime/logger.ts')}';
      import { onShutdown } from '${moduleUrl('runtime/shutdown.ts')}';
      const defer = onShutdown({ deadlineMs: 60_000, log: createLogger('child', 'info') });
      const server = await listen(() => {}, { port: 0, host: '127.0.0.1' });
      defer('server', () => server.close());
      ${staysUp}`;
    const supervisor = runCode(`
      import { startSupervised } from '${moduleUrl('runtime/system/supervised-process.ts')}';
      const settings = ${JSON.stringify(settings(logsAtItsEnd))};
      const child = await startSupervised({ ...settings, log: () => {}, onGivenUp: () => {} });
      console.log(child.pid);`);
    const pid = await until(() => Number(supervisor.lines[0]), { describe: () => supervisor.lines.join('\n') });
    supervisor.send('SIGKILL');
    await supervisor.end;
    await until(() => !isAlive(pid), { describe: `the end of ${pid}` });
  });
});
