import { expect } from 'chai';
import { until } from '../support/until.ts';
import { closePrograms, expectNobodyLeft, npmRun, type Program } from './program.ts';

describe('what is stopped, stops:', function () {
  this.timeout(120_000);
  afterEach(closePrograms);

  /** In the middle of its work, each as soon as it can be told. */
  const underWay: Readonly<Record<string, () => Promise<Program>>> = {
    async demo() {
      const demo = await npmRun('demo');
      await demo.says(/under way/);
      return demo;
    },
    async storm() {
      const storm = await npmRun('storm', ['--orders', '30']);
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

  for (const [name, start] of Object.entries(underWay)) {
    it(`npm run ${name} at Ctrl-C, which npm passes on once more, and at a second one`, async () => {
      const program = await start();
      for (let times = 0; times < 2; times += 1) process.kill(-program.npm, 'SIGINT');
      await expectStopped(name, program, 'SIGINT');
    });

    it(`npm run ${name} at a SIGTERM to the process alone`, async () => {
      const program = await start();
      process.kill(program.starter, 'SIGTERM');
      await expectStopped(name, program, 'SIGTERM');
    });

    it(`npm run ${name} when it is killed: nothing that it has started is left`, async () => {
      const program = await start();
      const family = program.family();
      process.kill(program.starter, 'SIGKILL');
      await expectNobodyLeft(family);
      await until(() => program.leftFiles().length === 0, { describe: () => program.leftFiles().join('\n') });
    });
  }

  it('the demo while it starts', async () => {
    const demo = await npmRun('demo');
    await demo.says(/^Starting/);
    await demo.runs(/postgres/);
    process.kill(-demo.npm, 'SIGINT');
    await expectStopped('demo', demo, 'SIGINT');
  });

  it('the demo when npm is told to end, whose shell passes nothing on', async () => {
    const demo = await underWay.demo!();
    process.kill(demo.npm, 'SIGTERM');
    await demo.says(/npm has ended; everything it had started has ended/);
    await expectNobodyLeft(demo.family());
  });

  it('the demo when npm is killed', async () => {
    const demo = await underWay.demo!();
    const family = demo.family();
    process.kill(demo.npm, 'SIGKILL');
    await expectNobodyLeft(family);
    expect(demo.leftFiles()).to.deep.equal([]);
  });
});
