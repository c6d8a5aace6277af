import { expect } from 'chai';
import { endProcesses } from '../../../runtime/system/end-processes.ts';
import { identityOf } from '../../../runtime/system/process-table.ts';
import type { Role } from '../../../runtime/system/started-processes.ts';
import { isAlive } from '../../support/is-alive.ts';
import { moduleUrl, runCode } from '../../support/run-code.ts';
import { until } from '../../support/until.ts';

const stubborn = `process.on('SIGTERM', () => console.log('asked'));`;
const grandchild = `
  import { spawn } from 'node:child_process';
  const child = spawn(process.execPath, ['--eval', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: 'ignore', detached: true });
  console.log(child.pid);`;

describe('processes that are ended', () => {
  const start = async (code: string) => {
    const child = runCode(`${code}\nsetInterval(() => {}, 1000); console.log('up');`);
    await until(() => child.lines.includes('up'), { describe: () => child.lines.join('\n') });
    return child;
  };
  const recorded = ({ pid = 0 }: { pid: number | undefined }, role: Role, signals: NodeJS.Signals[] = ['SIGTERM']) => {
    const identity = identityOf(pid);
    if (!identity) throw new Error(`${pid} has ended`);
    return { identity, role, signals };
  };

  it('end when they are asked, the servers after the programs that stand on them', async () => {
    const program = await start(`process.on('SIGTERM', () => setTimeout(() => process.exit(), 300));`);
    const server = await start(`
      import { identityOf } from '${moduleUrl('runtime/system/process-table.ts')}';
      process.on('SIGTERM', () => {
        console.log(identityOf(${program.pid}) ? 'too early' : 'alone');
        process.exit();
      });`);
    expect(await endProcesses([recorded(server, 'server'), recorded(program, 'program')])).to.deep.equal([]);
    expect([await program.end, await server.end]).to.deep.equal(['status 0', 'status 0']);
    expect(server.lines).to.include('alone');
  });

  it('are killed when they do not listen, with what they started in a session of its own', async () => {
    const child = await start(stubborn + grandchild);
    const pid = await until(() => Number(child.lines.find(line => /^\d+$/.test(line))));
    expect(await endProcesses([recorded(child, 'program')])).to.deep.equal([]);
    expect(await child.end).to.equal('SIGKILL');
    expect(child.lines).to.include('asked');
    await until(() => !isAlive(pid), { describe: `the end of ${pid}` });
  });

  it('are insisted on before, where there is a signal for that', async () => {
    const child = await start(`process.on('SIGINT', () => {}); process.on('SIGQUIT', () => process.exit(7));`);
    expect(await endProcesses([recorded(child, 'server', ['SIGINT', 'SIGQUIT'])])).to.deep.equal([]);
    expect(await child.end).to.equal('status 7');
  });

  it('end also when they stand still', async () => {
    const child = await start('');
    child.send('SIGSTOP');
    expect(await endProcesses([recorded(child, 'program')])).to.deep.equal([]);
    expect(await child.end).to.equal('SIGKILL');
  });
});
