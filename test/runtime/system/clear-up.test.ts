import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { clearUp } from '../../../runtime/system/clear-up.ts';
import { identityOf, isRunning, pidOf, readProcessTable, tableOfPs } from '../../../runtime/system/process-table.ts';
import { removeFolder } from '../../../runtime/system/run-folder.ts';
import { spawnRecorded, temporaryFolder } from '../../../runtime/system/started-processes.ts';
import { isAlive } from '../../support/is-alive.ts';
import { until } from '../../support/until.ts';

const dead = () => `${spawnSync(process.execPath, ['--version']).pid}-1`;
const self = () => identityOf(process.pid) ?? '';
const dayMs = 24 * 3_600_000;

describe('what dead processes have left', () => {
  const made: string[] = [];
  const leave = (owner: string): string => {
    const folder = mkdtempSync(join(tmpdir(), `orders-${owner}-`));
    mkdirSync(join(folder, 'data'));
    made.push(folder);
    return folder;
  };
  const started: number[] = [];
  const startSleeper = (): number => {
    const { pid = 0 } = spawnRecorded('sleep', ['600'], { role: 'program', stdio: 'ignore' });
    started.push(pid);
    return pid;
  };
  afterEach(() => {
    for (const pid of started.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    for (const folder of made.splice(0)) removeFolder(folder);
  });

  it('is cleared away: folders, also of one that had our very number, and what still runs', async () => {
    const folders = [leave(dead()), leave(`${process.pid}-1`)];
    const sleeper = startSleeper();
    writeFileSync(join(folders[0]!, 'processes'), `${identityOf(sleeper)} program SIGTERM\n`);
    await clearUp();
    expect(folders.filter(existsSync)).to.deep.equal([]);
    await until(() => !isAlive(sleeper), { describe: `the end of ${sleeper}` });
  });

  it('and nothing of those that live; nor a process that has the number of one that was written down', async () => {
    const [own, other, left] = [temporaryFolder('own'), leave(identityOf(process.ppid) ?? ''), leave(dead())];
    const sleeper = startSleeper();
    writeFileSync(join(left, 'processes'), `${sleeper}-1 program SIGKILL\n`);
    await clearUp();
    expect([own, other].filter(existsSync)).to.deep.equal([own, other]);
    expect(existsSync(left)).to.equal(false);
    expect(isAlive(sleeper)).to.equal(true);
  });

  it('is no link in its place, and no file that is kept for a day; one that is older is', async () => {
    const aim = leave(self());
    const [link, young, old] = [dead(), dead(), dead()].map(owner => join(tmpdir(), `orders-${owner}-x`));
    made.push(link!, young!, old!);
    symlinkSync(aim, link!);
    for (const file of [young!, old!]) writeFileSync(file, '');
    const longAgo = (Date.now() - 2 * dayMs) / 1_000;
    utimesSync(old!, longAgo, longAgo);
    await clearUp();
    expect([aim, link!, young!, old!].map(path => existsSync(path))).to.deep.equal([true, true, true, false]);
  });
});

describe('the table of processes', () => {
  it('tells one process from another that has its number later', () => {
    const identity = identityOf(process.pid);
    expect(identity).to.match(new RegExp(`^${process.pid}-\\w+$`));
    expect(identity && isRunning(identity)).to.equal(true);
    expect(isRunning(`${process.pid}-1` as typeof identity & string)).to.equal(false);
    expect(identity && pidOf(identity)).to.equal(process.pid);
  });

  it('is the same by ps, which other systems are asked with', () => {
    const [own, byPs] = [readProcessTable().get(process.pid), tableOfPs(process.pid).get(process.pid)];
    expect(byPs).to.include({ pid: own?.pid, parent: own?.parent, group: own?.group });
    expect(byPs?.identity).to.match(/^\d+-\w{10,}$/);
  });
});
