/**
 * `npm run demo [-- --once] [--orders N] [--json]`: the whole system on this machine, and the outside world that plays
 * with it over HTTP. Always ends with a verdict, and exits with 0 only when every order ended as its scenario says.
 */
import '../runtime/node-version.ts';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findChromium, NoChromium } from '../runtime/chromium/find-chromium.ts';
import { keepTemporary, temporaryFolder } from '../runtime/system/started-processes.ts';
import { runStarter } from '../runtime/system/starter.ts';
import { startSystem } from '../runtime/system/supervisor.ts';
import { watchLog } from './log-lines.ts';
import { perform } from './perform.ts';
import type { Scenario } from './scenario.ts';
import { programme, scenarios } from './scenarios/index.ts';
import { shortened } from './settings.ts';
import type { LeftOut } from './show.ts';

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    orders: { type: 'string' },
  },
});
const wanted = values.orders === undefined ? undefined : Number(values.orders);
if (wanted !== undefined && !(Number.isInteger(wanted) && wanted > 0 && wanted <= 10_000))
  throw new Error('--orders is a number from 1 to 10000');

const out = values.json ? process.stderr : process.stdout;
const say = (text: string) => void out.write(`${text}\n`);

await runStarter('demo', async ({ stayUp }) => {
  const folder = temporaryFolder('demo');
  const logFile = join(folder, 'demo.log');
  const { log, lastTrouble } = watchLog(createWriteStream(logFile));
  say(`Starting a database, an api, workers, a dashboard and a sandbox of five providers; log: ${logFile}`);
  await using system = await startSystem({
    env: { ...shortened, DATABASE_URL: undefined, REDIS_URL: process.env.REDIS_URL },
    later: ['dashboard'],
    dataFolder: join(folder, 'data'),
    removeData: true,
    log,
  });
  const everything = programme(wanted);
  const verdict = await perform({
    system,
    programme: {
      opening: everything[0]!,
      ordersMax: everything.reduce((sum, { orders }) => sum + orders, 0),
      rest: async () => {
        const { playable, leftOut } = await playableScenarios();
        return { scenarios: programme(wanted, playable).slice(1), leftOut };
      },
    },
    lastTrouble,
    out,
  });
  if (!verdict.good) say(`the log is kept for a day: ${keepTemporary(logFile)}`);
  if (values.json) process.stdout.write(`${JSON.stringify(verdict.summary)}\n`);
  const status = verdict.good ? 0 : 1;
  if (values.once) return status;
  say('It stays up: look around, and stop it with Ctrl-C.');
  return stayUp(status);
});

/** Without a Chromium, leaves out the browser's scenarios and says so. */
async function playableScenarios(): Promise<{ playable: readonly Scenario[]; leftOut: readonly LeftOut[] }> {
  try {
    await findChromium(process.env.CHROME_PATH);
    return { playable: scenarios, leftOut: [] };
  } catch (error) {
    if (!(error instanceof NoChromium)) throw error;
    const { message: reason } = error;
    const inBrowser = scenarios.filter(scenario => scenario.inBrowser);
    say(`without ${inBrowser.map(({ name }) => name).join(' and ')}, which need a browser: ${reason}`);
    return {
      playable: scenarios.filter(scenario => !scenario.inBrowser),
      leftOut: inBrowser.map(({ name: scenario }) => ({ scenario, reason })),
    };
  }
}
