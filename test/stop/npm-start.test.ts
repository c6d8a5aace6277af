/** Covers: runtime/start.ts. */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { postgresHome } from '../../runtime/system/postgres-home.ts';
import { temporaryFolder } from '../../runtime/system/started-processes.ts';
import { closePrograms, expectNobodyLeft, npmRun, type Program } from '../support/npm-run.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** A folder that npm takes for the project: the data that `npm start` keeps lies in it, and not in the developer's. */
function projectOfItsOwn(): string {
  const folder = temporaryFolder('project');
  for (const name of ['package.json', 'node_modules', 'runtime']) symlinkSync(join(project, name), join(folder, name));
  mkdirSync(join(folder, '.data'), { mode: 0o700 });
  return folder;
}

async function logIn(program: Program): Promise<number> {
  const [, api] = /api +(\S+)/.exec(await program.says(/^ {2}api /)) ?? [];
  const [, email, password] = /log in as +(\S+) +(\S+)/.exec(await program.says(/log in as/)) ?? [];
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ email, password });
  return (await fetch(`${api}/api/auth/login`, { method: 'POST', headers, body })).status;
}

describe('npm start', function () {
  this.timeout(180_000);
  const cwd = projectOfItsOwn();
  afterEach(closePrograms);
  after(() => rmSync(postgresHome(join(cwd, '.data', 'postgres')), { recursive: true, force: true }));

  it('that is killed leaves no process; the next one has its data, and stops at Ctrl-C', async () => {
    const first = await npmRun('start', [], { cwd });
    expect(await logIn(first)).to.equal(200);
    const family = first.family();
    process.kill(first.starter, 'SIGKILL');
    await expectNobodyLeft(family);

    const second = await npmRun('start', [], { cwd });
    expect(await logIn(second), 'with the user and the password of the first').to.equal(200);
    const others = second.family();
    process.kill(-second.npm, 'SIGINT');
    // The shell between npm and us says that it was interrupted, whatever our status is.
    expect(await second.end, second.lines.join('\n')).to.be.oneOf(['status 0', 'SIGINT']);
    await expectNobodyLeft(others);
    expect(second.lines.at(-1)).to.match(/^npm start: stopped by SIGINT; everything it had started has ended/);
    expect(second.leftFiles()).to.deep.equal([]);
  });
});
