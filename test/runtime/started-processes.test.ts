import { expect } from 'chai';
import { moduleUrl, runCode } from '../support/run-code.ts';

describe('processes that were started', () => {
  it('are the last ones once everything is being ended', async () => {
    const starter = runCode(`
      import { endOfStarts, spawnRecorded } from '${moduleUrl('runtime/started-processes.ts')}';
      const start = () => spawnRecorded('true', [], { role: 'program', stdio: 'ignore' });
      start();
      console.log(endOfStarts());
      try { start(); } catch (error) { console.log(error.message); }`);
    expect(await starter.end, starter.lines.join('\n')).to.equal('status 0');
    expect(starter.lines[0]).to.match(/orders-\d+-\w+-\w+$/);
    expect(starter.lines[1]).to.equal('nothing is started any more: true');
  });
});
