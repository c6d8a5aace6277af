/** Covers: docs/first-order.md. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { newDataFolder, openTheatre } from '../demo/theatre.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { describeWith } from '../support/needs.ts';
import { shellOf } from './pages.ts';

const run = promisify(execFile);
const page = 'docs/first-order.md';

/** As somebody types them, with what their own system printed: `npm start` itself is what the theatre opens. */
function commands(changes: Readonly<Record<string, string>>): string {
  const [start = '', ...rest] = shellOf(page);
  expect(start).to.equal('ORDER_HOLD_MINUTES=0 npm start\n');
  return Object.entries(changes).reduce((text, [printed, own]) => {
    expect(text, `${page} names ${printed}`).to.include(printed);
    return text.replace(printed, own);
  }, rest.join(''));
}

describeWith('curl', 'docs/first-order.md', function () {
  this.timeout(90_000);
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  it('leads from an empty system to a settled order, word for word', async () => {
    await using theatre = await openTheatre({
      dataFolder: newDataFolder(),
      removeData: true,
      processes: ['sandbox', 'api', 'workers'],
      env: database.settings,
    });
    const { urls, env } = theatre.system;
    const script = commands({
      'http://127.0.0.1:3000': urls.api,
      'http://127.0.0.1:3002': String(urls.sandbox),
      'the password that npm start printed': String(env.ADMIN_PASSWORD),
    });
    const { stdout } = await run('bash', ['-eu', '-o', 'pipefail', '-c', script], { timeout: 60_000 });
    expect(stdout).to.include('placed at AliExpress as');
    expect(stdout).to.match(/payout to reseller: SENT → PAID/);
    expect(theatre.errors()).to.deep.equal([]);
  });
});
