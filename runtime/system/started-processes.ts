/**
 * The processes that this one has started, by their own ids. Each is written down when it starts, in this process's run
 * folder, for whoever has to end them: this process when it is stopped, or its watchman when it was killed.
 *
 * None runs before it is written down: a shell in its place waits for a line from this process, and ends when this process
 * was killed before it could send the line. Then the shell becomes the program, under the same id.
 *
 * The watchman is a shell that waits for the end of a pipe which only this process holds. Nothing can keep the system
 * from closing it, so `clear-up.ts` runs however this process ended. It has a session of its own: no Ctrl-C reaches it.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machineEnvironment } from './machine-environment.ts';
import { asIdentity, identityOf, isRunning, type ProcessIdentity } from './process-table.ts';
import { keepFile, makeFolderIn, makeRunFolder, removeFolder } from './run-folder.ts';

/** Programs end first: they may still need the servers (databases, the sandbox) that they stand on. */
export type Role = 'program' | 'server';

export type StartedProcess = {
  readonly identity: ProcessIdentity;
  readonly role: Role;
  /** What asks it to end; then, where there is one, what insists. */
  readonly signals: readonly NodeJS.Signals[];
};

type StartRecorded = { role: Role; signals?: readonly NodeJS.Signals[] } & SpawnOptions;

const recordName = 'processes';
const clearUp = fileURLToPath(new URL('clear-up.ts', import.meta.url));

let run: { readonly folder: string; readonly watchman: ChildProcess } | undefined;
let ending = false;

/**
 * Starts a process that is ended with this one, in a session of its own. It gets none of our settings but those that
 * `env` gives it. @throws when everything is being ended
 */
export function spawnRecorded(command: string, args: readonly string[], options: StartRecorded): ChildProcess {
  const { role, signals = ['SIGTERM'], env = machineEnvironment(), ...spawnOptions } = options;
  if (ending) throw new Error(`nothing is started any more: ${command}`);
  const { folder } = openRun();
  const stdio = [options.stdio ?? 'pipe'].flatMap(one => (Array.isArray(one) ? one : [one, one, one]));
  const gate = stdio.length;
  const held = ['-c', `read -r _ <&${gate} || exit; exec "$@" ${gate}<&-`, 'held', command, ...args];
  const child = spawn('/bin/sh', held, { ...spawnOptions, env, stdio: [...stdio, 'pipe'], detached: true });
  if (child.pid !== undefined) record(folder, child.pid, role, signals);
  letGo(child.stdio[gate] as Socket);
  return child;
}

function record(folder: string, pid: number, role: Role, signals: readonly NodeJS.Signals[]): void {
  const identity = identityOf(pid);
  if (!identity) return; // it has ended already
  appendFileSync(join(folder, recordName), `${identity} ${role} ${signals.join()}\n`, { mode: 0o600 });
}

function letGo(gate: Socket): void {
  gate.on('error', () => undefined); // it was killed before it ran
  gate.end('\n', () => gate.destroy());
}

/** A new folder that is gone when this process is, however it ends. */
export const temporaryFolder = (name: string): string => makeFolderIn(openRun().folder, name);

/** Keeps a temporary file for a day. @returns where it is then */
export const keepTemporary = (file: string): string => keepFile(openRun().folder, file);

/** From now on nothing is started any more. @returns the run folder, where there is one */
export function endOfStarts(): string | undefined {
  ending = true;
  return run?.folder;
}

export const isEnding = (): boolean => ending;

/** What a run folder's record says of processes that still run. */
export function runningIn(runFolder: string): StartedProcess[] {
  const record = join(runFolder, recordName);
  if (!existsSync(record)) return [];
  return readFileSync(record, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => line.split(' ') as [string, Role, string])
    .map(([identity, role, signals]) => ({
      identity: asIdentity(identity),
      role,
      signals: signals.split(',') as NodeJS.Signals[],
    }))
    .filter(({ identity }) => isRunning(identity));
}

function openRun(): NonNullable<typeof run> {
  if (run) return run;
  const folder = makeRunFolder();
  const wait = ['-c', 'read -r _; exec "$@"', 'watchman', process.execPath, clearUp];
  const apart = { cwd: '/', env: machineEnvironment(), detached: true };
  const watchman = spawn('/bin/sh', wait, { ...apart, stdio: ['pipe', 'ignore', 'ignore'] });
  watchman.unref();
  (watchman.stdin as Socket).unref();
  process.once('exit', closeRun);
  run = { folder, watchman };
  return run;
}

/** With nothing left to end the folder goes at once; else it stays for the watchman, with the record in it. */
export function closeRun(): void {
  if (!run || runningIn(run.folder).length > 0) return;
  removeFolder(run.folder);
  run.watchman.kill('SIGKILL');
}
