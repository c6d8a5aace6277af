import { expect } from 'chai';
import { asIdentity, isRunning } from '../../../runtime/system/process-table.ts';
import { moduleUrl, runCode } from '../../support/run-code.ts';
import { until } from '../../support/until.ts';

describe('processes that were started', () => {
  it('are the last ones once everything is being ended', async () => {
    const starter = runCode(`
      import { endOfStarts, spawnRecorded } from '${moduleUrl('runtime/system/started-processes.ts')}';
      const start = () => spawnRecorded('true', [], { role: 'program', stdio: 'ignore' });
      start();
      console.log(endOfStarts());
      try { start(); } catch (error) { console.log(error.message); }`);
    expect(await starter.end, starter.lines.join('\n')).to.equal('status 0');
    expect(starter.lines[0]).to.match(/orders-\d+-\w+-\w+$/);
    expect(starter.lines[1]).to.equal('nothing is started any more: true');
  });

  it('are told what is of the machine, and no setting that nobody gave them', async () => {
    const starter = runCode(`
      import { once } from 'node:events';
      import { existsSync, readFileSync } from 'node:fs';
      import { pidOf, readProcessTable } from '${moduleUrl('runtime/system/process-table.ts')}';
      import { spawnRecorded } from '${moduleUrl('runtime/system/started-processes.ts')}';
      process.env.JWT_SECRET = 'ours';
      process.env.TZ = 'Europe/Berlin';
      await once(spawnRecorded('env', [], { role: 'server', stdio: ['ignore', 'inherit', 'inherit'] }), 'exit');
      for (const { identity, parent } of readProcessTable().values()) {
        const told = '/proc/' + pidOf(identity) + '/environ';
        if (parent === process.pid && existsSync(told)) console.log('watchman', readFileSync(told, 'utf8').replaceAll('\\0', ' '));
      }`);
    expect(await starter.end, starter.lines.join('\n')).to.equal('status 0');
    expect(starter.lines).to.include('TZ=Europe/Berlin');
    if (process.platform === 'linux') expect(starter.lines.join('\n')).to.match(/^watchman .*TZ=Europe\/Berlin/m);
    expect(starter.lines.join('\n')).not.to.contain('JWT_SECRET');
  });

  it('do nothing when their starter was killed before it could write them down', async () => {
    const starter = runCode(`
      import fs, { writeSync } from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      import { readProcessTable } from '${moduleUrl('runtime/system/process-table.ts')}';
      import { spawnRecorded } from '${moduleUrl('runtime/system/started-processes.ts')}';
      fs.appendFileSync = () => {
        const started = [...readProcessTable().values()].filter(({ parent }) => parent === process.pid);
        for (const { identity } of started) writeSync(1, identity + '\\n');
        process.kill(process.pid, 'SIGKILL');
      };
      syncBuiltinESMExports();
      spawnRecorded('sleep', ['600'], { role: 'program', stdio: 'ignore' });`);
    expect(await starter.end, starter.lines.join('\n')).to.equal('SIGKILL');
    const started = starter.lines.map(asIdentity);
    expect(started).to.have.length(2); // the watchman and the one that was to sleep
    await until(() => !started.some(isRunning), { describe: () => `the end of ${started.filter(isRunning)}` });
  });
});
