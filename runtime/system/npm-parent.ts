import { readlinkSync, realpathSync } from 'node:fs';
import { isRunning, type ProcessIdentity, readProcessTable } from './process-table.ts';

const lookMs = 250;

/**
 * Calls `act` when npm, which has started this process, is gone. A SIGTERM to npm ends it and the shell between us,
 * which passes nothing on; a kill -9 may leave the shell: looking after npm is the only sign.
 */
export function whenNpmEnds(act: () => void): void {
  if (!process.env.npm_lifecycle_event) return;
  const [npm, parent] = [npmAbove(), process.ppid];
  const watch = setInterval(() => {
    if (npm ? isRunning(npm) : process.ppid === parent) return;
    clearInterval(watch);
    act();
  }, lookMs).unref();
}

/** Our parent, or the parent of the shell between us. Undefined where the system does not tell which program a process runs. */
function npmAbove(): ProcessIdentity | undefined {
  const { npm_node_execpath: program } = process.env;
  if (process.platform !== 'linux' || !program) return undefined;
  const table = readProcessTable();
  const parent = table.get(process.ppid);
  return [parent, parent && table.get(parent.parent)].find(entry => entry && runs(entry.pid, program))?.identity;
}

function runs(pid: number, program: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) === realpathSync(program);
  } catch {
    return false; // it ended meanwhile, or belongs to another user
  }
}
