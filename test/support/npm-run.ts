import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  identityOf,
  isRunning,
  type ProcessEntry,
  type ProcessIdentity,
  pidOf,
  readProcessTable,
} from '../../runtime/system/process-table.ts';
import { removeFolder } from '../../runtime/system/run-folder.ts';
import { temporaryFolder } from '../../runtime/system/started-processes.ts';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

export type Program = {
  readonly lines: readonly string[];
  /** npm itself, which leads the process group as a shell's job does. */
  readonly npm: number;
  /** The process that npm has started. */
  readonly starter: number;
  /** `status 1`, `SIGINT`, of npm. */
  readonly end: Promise<string>;
  /** Waits until it has written such a line. */
  says(line: RegExp): Promise<string>;
  /** A process of its family whose command line is so. */
  runs(command: RegExp): Promise<number>;
  /** Notes who belongs to it now: afterwards nobody can tell. */
  family(): readonly ProcessEntry[];
  /** Its folder for temporary files. */
  readonly temporary: string;
  /** What lies in its folder for temporary files, and was made by it in other places. */
  leftFiles(): readonly string[];
};

type NpmRunOptions = {
  cwd?: string;
  env?: Record<string, string | undefined>;
  /** The command line of the process that the script starts. */
  main?: RegExp;
};

const project = fileURLToPath(new URL('../..', import.meta.url));
const startMs = 60_000;
/** What is stopped, stops within five seconds; twice that where other tests keep the machine busy. */
const stopMs = 10_000;

/** The browser that npm brings is unpacked once. */
const isKept = /^orders-chromium-/;

const opened: (() => void)[] = [];

/** Nothing of any test is left, whatever it has shown. */
export function closePrograms(): void {
  for (const close of opened.splice(0)) close();
}

/** `npm run <script> -- <args>` as a shell starts it: in a process group of its own, with an empty folder for temporary files. */
export async function npmRun(
  script: string,
  args: readonly string[] = [],
  { cwd = project, env = {}, main = /^\S*node (\S+\/)?(main|start)\.ts/ }: NpmRunOptions = {},
): Promise<Program> {
  const temporary = env.TMPDIR ?? temporaryFolder('npm-run');
  const ports = { PORT: await freePort(), DASHBOARD_PORT: await freePort(), SANDBOX_PORT: await freePort() };
  const { DATABASE_URL: _, MIGRATION_DATABASE_URL: __, REDIS_URL: ___, ...inherited } = process.env;
  const settings = Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)]));
  const npm = spawn('npm', ['run', script, '--', ...args], {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Without a browser, unless a test wants one: an empty folder would have npm's unpacked into it.
    // And without the cache that npm keeps there for itself.
    env: {
      ...inherited,
      ...settings,
      CHROME_PATH: '/nowhere',
      NODE_DISABLE_COMPILE_CACHE: '1',
      TMPDIR: temporary,
      ...env,
    },
  });
  const lines: string[] = [];
  for (const output of [npm.stdout, npm.stderr])
    createInterface({ input: output }).on('line', line => lines.push(line));
  const describe = () => `${script}:\n${lines.slice(-30).join('\n')}`;
  const says = (line: RegExp) =>
    until(() => lines.find(text => line.test(text)), {
      deadlineMs: startMs,
      describe: () => `${line} from ${describe()}`,
    });
  const { pid } = npm;
  const root = pid && identityOf(pid);
  if (!pid || !root) throw new Error('npm did not start');
  const members = new Map<number, ProcessEntry>();
  const family = () => {
    for (const entry of familyOf(root)) members.set(entry.pid, entry);
    return [...members.values()];
  };
  const runs = (command: RegExp) =>
    until(() => family().find(one => command.test(commandOf(one.pid)))?.pid, {
      deadlineMs: startMs,
      describe: () =>
        `${command} among\n${family()
          .map(one => commandOf(one.pid))
          .join('\n')}\nof ${describe()}`,
    });
  opened.push(() => {
    for (const { pid, identity } of family()) if (isRunning(identity)) process.kill(pid, 'SIGKILL');
    removeFolder(temporary);
  });
  const starter = await runs(main);
  return {
    lines,
    temporary,
    npm: pid,
    starter,
    end: endOf(npm),
    says,
    runs,
    family,
    leftFiles: () => [...readdirSync(temporary).filter(name => !isKept.test(name)), ...madeElsewhere(members)],
  };
}

/** Waits until nobody of a family is left. @throws with those that are, at the deadline */
export async function expectNobodyLeft(family: readonly ProcessEntry[]): Promise<void> {
  const left = () => family.filter(({ identity }) => isRunning(identity)).map(({ pid }) => `${pid} ${commandOf(pid)}`);
  await until(() => left().length === 0, { deadlineMs: stopMs, describe: () => `the end of\n${left().join('\n')}` });
}

const endOf = async (child: ChildProcess): Promise<string> => {
  const [code, signal] = await once(child, 'close');
  return String(signal ?? `status ${code}`);
};

/** Root's databases lie elsewhere where its temporary files are closed to others. */
const madeElsewhere = (members: ReadonlyMap<number, ProcessEntry>): string[] =>
  readdirSync('/var/tmp').filter(name => [...members.keys()].some(pid => name.startsWith(`orders-${pid}-`)));

/** Empty when the process has ended: its number may be anybody's by then. */
function familyOf(root: ProcessIdentity): ProcessEntry[] {
  const table = readProcessTable();
  const found = new Map<number, ProcessEntry>();
  const add = (entry: ProcessEntry) => {
    found.set(entry.pid, entry);
    for (const child of table.values()) if (child.parent === entry.pid) add(child);
  };
  const first = table.get(pidOf(root));
  if (first?.identity === root) add(first);
  return [...found.values()];
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return ''; // it ended meanwhile
  }
}
