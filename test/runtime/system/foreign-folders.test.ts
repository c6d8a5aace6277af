/** Covers: runtime/system/assert-ours.ts, runtime/system/own-folder.ts, runtime/system/unprivileged.ts. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { npmHasChromium, usualHome } from '../../../runtime/chromium/npm-chromium.ts';
import { assertOurs } from '../../../runtime/system/assert-ours.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../runtime/system/embedded-postgres.ts';
import { postgresHome } from '../../../runtime/system/postgres-home.ts';
import { temporaryFolder } from '../../../runtime/system/started-processes.ts';
import { startSystem } from '../../../runtime/system/supervisor.ts';
import { isRoot, nobody } from '../../../runtime/system/unprivileged.ts';

const isForeign = `belongs to another user, number ${isRoot ? nobody.uid : 0}`;
const isOpen = 'may be written by others (mode 777)';

/** What becomes of a start with that data folder. */
async function endOf(dataFolder: string): Promise<string> {
  try {
    await using system = await startSystem({
      env: { DATABASE_URL: undefined, MIGRATION_DATABASE_URL: undefined, REDIS_URL: undefined },
      dataFolder,
      processes: [],
      ports: { api: 0, dashboard: 0, sandbox: 0 },
      log: new PassThrough().resume(),
    });
    await system.stop();
    return 'started';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('a folder that somebody else may have made first', function () {
  this.timeout(60_000);
  it('is one of another user, one that others may write in, or a link: what is in it is not used, and it is said why', () => {
    const own = temporaryFolder('own');
    expect(() => assertOurs(own)).not.to.throw();
    const link = join(temporaryFolder('link'), 'link');
    symlinkSync(own, link);
    const open = temporaryFolder('open');
    chmodSync(open, 0o777);
    const foreign = isRoot ? temporaryFolder('foreign') : '/';
    if (isRoot) chownSync(foreign, nobody.uid, nobody.gid);
    expect(() => assertOurs(link)).to.throw(`${link} is a link`);
    expect(() => assertOurs(open)).to.throw(`${open} ${isOpen}`);
    expect(() => assertOurs(foreign)).to.throw(`${foreign} ${isForeign}`);
  });

  it('is no data folder: the system does not start with the secrets of somebody else', async () => {
    const dataFolder = temporaryFolder('data');
    chmodSync(dataFolder, 0o777);
    writeFileSync(join(dataFolder, 'secrets.json'), '{}');
    expect(await endOf(dataFolder)).to.contain(isOpen);
    const link = join(temporaryFolder('link'), 'data');
    symlinkSync(dataFolder, link);
    expect(await endOf(link)).to.contain(`${dataFolder} ${isOpen}`);
  });

  it('is a data folder behind a link of ours: who made the link has chosen it', async () => {
    const [dataFolder, link] = [temporaryFolder('data'), join(temporaryFolder('link'), 'data')];
    symlinkSync(dataFolder, link);
    expect(await endOf(link)).to.equal('started');
    expect(existsSync(join(dataFolder, 'secrets.json'))).to.equal(true);
    if (!isRoot) return;
    lchownSync(link, nobody.uid, nobody.gid);
    expect(await endOf(link)).to.contain(`${link} is a link`);
  });

  if (npmHasChromium)
    it('is no place for the Chromium that npm brings: it goes to where nobody else may write', () => {
      const [modules, cache] = [temporaryFolder('modules'), join(temporaryFolder('home'), '.cache')];
      expect(usualHome(modules, cache)).to.equal(join(modules, '.cache'));
      chmodSync(join(modules, '.cache'), 0o777);
      expect(usualHome(modules, cache)).to.equal(cache);
      expect(lstatSync(cache).mode & 0o777).to.equal(0o700);
      chmodSync(cache, 0o777);
      const fresh = usualHome(modules, cache);
      expect(fresh).not.to.be.oneOf([cache, join(modules, '.cache')]);
      expect(() => assertOurs(fresh)).not.to.throw();
      expect(usualHome(modules, cache)).to.equal(fresh);
      rmSync(fresh, { recursive: true });
    });

  if (isRoot)
    describe('for root, whose PostgreSQL runs as nobody', function () {
      this.timeout(60_000);
      const servers: EmbeddedPostgres[] = [];
      const made: string[] = [];
      afterEach(async () => {
        for (const server of servers.splice(0)) await server.stop();
        for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
      });
      /** A data folder that nobody may not enter. */
      const closedFolder = (): string => {
        const folder = join(temporaryFolder('closed'), 'data', 'postgres');
        mkdirSync(dirname(folder), { mode: 0o700 });
        return folder;
      };
      /** The name that releases before the note gave to its home. */
      const earlierHome = (folder: string): string =>
        `/var/tmp/orders-${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 12)}`;
      /** What a stranger leaves in the hope that root writes through it. */
      const setTrap = (home: string): { victim: string } => {
        const victim = join(temporaryFolder('victim'), 'passwords');
        writeFileSync(victim, 'root:x:0:0', { mode: 0o600 });
        mkdirSync(home);
        made.push(home);
        for (const name of ['password', 'postgres.log']) symlinkSync(victim, join(home, name));
        chownSync(home, nobody.uid, nobody.gid);
        return { victim };
      };
      const expectUntouched = (victim: string) => {
        expect(readFileSync(victim, 'utf8')).to.equal('root:x:0:0');
        expect(lstatSync(victim)).to.deep.include({ uid: 0 });
      };

      it('is not where it lives: nobody can guess that name', async () => {
        const folder = closedFolder();
        servers.push(await startEmbeddedPostgres(folder, { fsync: 'off' }));
        const home = postgresHome(folder);
        made.push(home);
        expect(home).to.match(/^\/var\/tmp\/orders-postgres-\w{6}$/);
        expect(() => assertOurs(home)).not.to.throw();
      });

      it('is neither used nor passed over where an earlier release kept its data: the start says its name', async () => {
        const folder = closedFolder();
        const { victim } = setTrap(earlierHome(folder));
        const problem = await startEmbeddedPostgres(folder).catch((error: Error) => error.message);
        expect(problem).to.contain(`${earlierHome(folder)} ${isForeign}`);
        expect(existsSync(join(folder, 'data-is-in'))).to.equal(false);
        expectUntouched(victim);
      });

      it('is not used when a note leads there', async () => {
        const folder = closedFolder();
        const home = join('/var/tmp', `orders-postgres-${process.pid}`);
        const { victim } = setTrap(home);
        mkdirSync(folder, { mode: 0o700 });
        writeFileSync(join(folder, 'data-is-in'), `${home}\n`);
        const problem = await startEmbeddedPostgres(folder).catch((error: Error) => error.message);
        expect(problem).to.contain(isForeign);
        expectUntouched(victim);
      });

      it('is not written through, should there be links in its own folder', async () => {
        const folder = temporaryFolder('linked');
        const victim = join(temporaryFolder('victim'), 'passwords');
        writeFileSync(victim, 'root:x:0:0', { mode: 0o600 });
        symlinkSync(victim, join(folder, 'password'));
        symlinkSync(victim, join(folder, 'postgres.log'));
        const code = await startEmbeddedPostgres(folder, { fsync: 'off' }).catch(
          (error: { code: string }) => error.code,
        );
        expect(code).to.equal('ELOOP');
        expectUntouched(victim);
        expect(existsSync(join(folder, 'data', 'PG_VERSION'))).to.equal(false);
      });
    });
});
