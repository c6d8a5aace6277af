/** Covers: workers/restore-check.ts. */
import { expect } from 'chai';
import { spawnDetached } from '../../runtime/system/detached-process.ts';
import { createStage, type Stage } from '../support/stage.ts';
import { rows } from '../workers/workbench.ts';

describe('npm run restore:check', function () {
  this.timeout(120_000);
  let stage: Stage;
  before(async () => {
    stage = await createStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  const check = async (...flags: string[]) => {
    const given = { PATH: process.env.PATH, ...stage.env };
    const env = Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value ? [[name, value]] : [])));
    // Beside this process, in which its providers answer.
    const lines: string[] = [];
    const ran = spawnDetached(['workers/restore-check.ts', ...flags], env, line => lines.push(line));
    const status = await ran.end;
    return { status, said: lines.join('\n') };
  };

  it('holds all money, says what is in doubt, and lets it leave again only when all is read', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(await stage.hireSeller()));
    const first = await check('--lost-from', '2026-01-01T00:00:00Z');
    expect(first.said).to.include('all money is held').and.include('not read yet: ebay-orders').and.include(id);
    expect(first.status).to.equal('status 0');
    const early = await check('--go-on');
    expect(early.said).to.include('RESTORE_NOT_READ');
    expect(early.status).to.equal('status 1');
    await rows(stage, `update feeds set cursor_at = clock_now() + interval '1 hour'`);
    const last = await check('--go-on');
    expect(last.said).to.include('money may leave again');
    expect(await rows(stage, 'select 1 from restores where ended_by is null')).to.deep.equal([]);
  });

  it('takes no moment that it cannot read', async () => {
    expect((await check('--lost-from', 'yesterday')).said).to.include('RESTORE_TIME_UNREADABLE');
  });
});
