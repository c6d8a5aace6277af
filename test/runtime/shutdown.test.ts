import { expect } from 'chai';
import { isAlive } from '../support/is-alive.ts';
import { moduleUrl, runCode } from '../support/run-code.ts';
import { until } from '../support/until.ts';

/** A process that says `ready` and stays up; `defers` register what it closes. */
async function running(defers: string, deadlineMs = 5_000) {
  const child = runCode(`
    import { setTimeout as sleep } from 'node:timers/promises';
    import { onShutdown } from '${moduleUrl('runtime/shutdown.ts')}';
    const say = text => console.log(text);
    const log = { info: () => {}, error: (fields, text) => say('error: ' + text + ' ' + (fields.open ?? '')) };
    const defer = onShutdown({ deadlineMs: ${deadlineMs}, log });
    ${defers}
    setInterval(() => {}, 1000);
    say('ready');
  `);
  await until(() => child.lines.includes('ready'), { describe: () => `a ready process: ${child.lines.join('\n')}` });
  return child;
}

describe('shutdown', () => {
  it('closes what was opened last first, and exits with 0', async () => {
    const child = await running(`
      defer('database', () => say('database'));
      defer('workers', async () => { await sleep(20); say('workers'); });
    `);
    child.send('SIGTERM');
    expect(await child.end).to.equal('status 0');
    expect(child.lines.slice(1)).to.deep.equal(['workers', 'database']);
  });

  it('closes the rest when one fails, and exits with 1', async () => {
    const child = await running(`
      defer('database', () => say('database'));
      defer('workers', () => { throw new Error('stuck'); });
    `);
    child.send('SIGINT');
    expect(await child.end).to.equal('status 1');
    expect(child.lines.slice(1)).to.deep.equal(['error: could not close ', 'database']);
  });

  it('ends at the deadline with 1 and says what is still open', async () => {
    const child = await running(`defer('database', () => {}); defer('workers', () => sleep(60_000));`, 100);
    child.send('SIGTERM');
    expect(await child.end).to.equal('status 1');
    expect(child.lines.at(-1)).to.match(/not stopped in time.*database,workers/);
  });

  it('ends at once on a second signal, but takes a doubled one as the same', async () => {
    const child = await running(
      `defer('workers', async () => { say('closing'); await sleep(700); say('late'); await sleep(60_000); });`,
    );
    child.send('SIGINT');
    await until(() => child.lines.includes('closing'));
    child.send('SIGINT');
    await until(() => child.lines.includes('late'), { describe: 'a process that goes on closing' });
    child.send('SIGINT');
    expect(await child.end).to.equal('status 1');
    expect(child.lines.at(-1)).to.match(/second signal/);
  });

  it('comes when npm is told to end, whose shell passes no signal on', async () => {
    const main = `
      import { onShutdown } from '${moduleUrl('runtime/shutdown.ts')}';
      onShutdown({ deadlineMs: 5_000, log: { info: () => {}, error: () => {} } });
      setInterval(() => {}, 1000);
      console.log(process.pid);`;
    const shell = runCode(`
      import { spawn } from 'node:child_process';
      const env = { ...process.env, npm_lifecycle_event: 'start' };
      spawn(process.execPath, ['--input-type=module', '--eval', ${JSON.stringify(main)}], { env, stdio: ['ignore', 'inherit', 'inherit'], detached: true });`);
    const pid = await until(() => Number(shell.lines[0]), { describe: () => shell.lines.join('\n') });
    shell.send('SIGTERM');
    await until(() => !isAlive(pid), { describe: `the end of ${pid}` });
  });
});
