import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import { assertOurs } from '../../runtime/assert-ours.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../runtime/embedded-postgres.ts';
import { npmHasChromium, usualHome } from '../../runtime/npm-chromium.ts';
import { postgresHome } from '../../runtime/postgres-home.ts';
import { temporaryFolder } from '../../runtime/started-processes.ts';
import { startSystem } from '../../runtime/supervisor.ts';
import { isRoot, nobody } from '../../runtime/unprivileged.ts';

const refused = 'belongs to another user, or others may write there';

describe('a folder that somebody else may have made first', () => {
  it('is one of another user, one that others may write in, or a link: what is in it is not used', () => {
    const own = temporaryFolder('own');
    expect(() => assertOurs(own)).not.to.throw();
    const link = join(temporaryFolder('link'), 'link');
    symlinkSync(own, link);
    const open = temporaryFolder('open');
    chmodSync(open, 0o777);
    const foreign = isRoot ? temporaryFolder('foreign') : '/';
    if (isRoot) chownSync(foreign, nobody.uid, nobody.gid);
    for (const folder of [link, open, foreign]) expect(() => assertOurs(folder), folder).to.throw(refused);
  });

  it('is no data folder: the system does not start with the secrets of somebody else', async () => {
    const dataFolder = temporaryFolder('data');
    chmodSync(dataFolder, 0o777);
    writeFileSync(join(dataFolder, 'secrets.json'), '{}');
    const problem = await startSystem({
      env: { DATABASE_URL: undefined, REDIS_URL: undefined },
      dataFolder,
      processes: [],
    }).catch((error: Error) => error.message);
    expect(problem).to.contain(refused);
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
        expect(problem).to.contain(earlierHome(folder)).and.contain(refused);
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
        expect(problem).to.contain(refused);
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
