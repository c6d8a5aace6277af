/** Covers: runtime/system/supervisor.ts, runtime/system/end-processes.ts, runtime/shutdown.ts. */
import { expect } from 'chai';
import { isAlive } from '../support/is-alive.ts';
import { closePrograms, expectNobodyLeft, npmRun, type Program } from '../support/npm-run.ts';
import { until } from '../support/until.ts';

describe('what is stopped, stops:', function () {
  this.timeout(120_000);
  afterEach(closePrograms);

  /** In the middle of its work, each as soon as it can be told. */
  const underWay = {
    async demo() {
      const demo = await npmRun('demo');
      await demo.says(/under way/);
      return demo;
    },
    async storm() {
      // With a Redis of its own, where there is one on this machine.
      const backend = process.env.TEST_REDIS_URL ? 'redis' : 'postgres';
      const storm = await npmRun('storm', ['--orders', '30', '--backend', backend]);
      if (backend === 'redis') await storm.runs(/redis-server/);
      await storm.says(/[1-9]\d* kills/);
      return storm;
    },
    async bench() {
      const bench = await npmRun('bench', ['--only', 'road', '--orders', '20']);
      await bench.says(/orders paid/);
      return bench;
    },
  };

  const expectStopped = async (
    name: string,
    program: Program,
    signal: 'SIGINT' | 'SIGTERM',
    why = signal as string,
  ) => {
    const family = program.family();
    const end = await program.end;
    await expectNobodyLeft(family);
    const told = program.lines.filter(line => line.startsWith(`${name}: stopped`));
    expect(told, program.lines.join('\n')).to.have.length(1);
    expect(told[0]).to.include(`${why}; everything it had started has ended`);
    // As npm tells it: the shell between them makes a status of the signal.
    expect(end).to.be.oneOf([signal, `status ${128 + (signal === 'SIGINT' ? 2 : 15)}`]);
    expect(program.leftFiles()).to.deep.equal([]);
  };

  const expectKilled = async (program: Program) => {
    const family = program.family();
    process.kill(program.starter, 'SIGKILL');
    await expectNobodyLeft(family);
    await until(() => program.leftFiles().length === 0, { describe: () => program.leftFiles().join('\n') });
  };

  for (const [name, start] of Object.entries(underWay)) {
    it(`npm run ${name} at Ctrl-C, which npm passes on once more, and at a second one`, async () => {
      const program = await start();
      for (let times = 0; times < 2; times += 1) process.kill(-program.npm, 'SIGINT');
      await expectStopped(name, program, 'SIGINT');
    });

    it(`npm run ${name} when it is killed: nothing that it has started is left`, async () => {
      await expectKilled(await start());
    });
  }

  it('the demo at a SIGTERM to the process alone', async () => {
    const demo = await underWay.demo();
    process.kill(demo.starter, 'SIGTERM');
    await expectStopped('demo', demo, 'SIGTERM');
  });

  it('the demo when it is killed while its browser buys', async () => {
    const demo = await npmRun('demo', [], { env: { CHROME_PATH: process.env.CHROME_PATH } });
    await demo.runs(/--user-data-dir=/);
    await expectKilled(demo);
  });

  it('a run of the tests when it is killed, with its database', async () => {
    const tests = await npmRun('test', ['test/tidy.test.ts'], { main: /^\S*node \S+mocha/ });
    await tests.runs(/postgres/);
    const family = tests.family();
    process.kill(tests.starter, 'SIGKILL');
    await expectNobodyLeft(family);
    await until(() => tests.leftFiles().length === 0, { describe: () => tests.leftFiles().join('\n') });
  });

  it('what was killed with its watchman is cleared up by the next start, and what lives is left alone', async () => {
    const alive = await npmRun('demo');
    const env = { TMPDIR: alive.temporary };
    const dead = await npmRun('demo', [], { env });
    const postgres = await dead.runs(/postgres/);
    const watchman = await dead.runs(/watchman/);
    const family = dead.family();
    for (const pid of [watchman, dead.starter]) process.kill(pid, 'SIGKILL');
    await dead.end;
    expect(isAlive(postgres)).to.equal(true);

    const next = await npmRun('demo', [], { env });
    await next.says(/^Starting/);
    await expectNobodyLeft(family);
    const folders = next.leftFiles().filter(name => /^orders-\d+/.test(name));
    expect(folders.map(name => Number(name.split('-')[1]))).to.have.members([alive.starter, next.starter]);
    expect(isAlive(alive.starter)).to.equal(true);
  });

  it('the demo while it starts', async () => {
    const demo = await npmRun('demo');
    await demo.says(/^Starting/);
    await demo.runs(/postgres/);
    process.kill(-demo.npm, 'SIGINT');
    await expectStopped('demo', demo, 'SIGINT');
  });

  it('the demo when npm is told to end, whose shell passes nothing on', async () => {
    const demo = await underWay.demo();
    process.kill(demo.npm, 'SIGTERM');
    await demo.says(/npm has ended; everything it had started has ended/);
    await expectNobodyLeft(demo.family());
  });

  it('the demo when npm is killed', async () => {
    const demo = await underWay.demo();
    const family = demo.family();
    process.kill(demo.npm, 'SIGKILL');
    await expectNobodyLeft(family);
    expect(demo.leftFiles()).to.deep.equal([]);
  });
});
