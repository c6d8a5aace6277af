import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The folders of this process. A dead process may have had its number: in a container that is always the same. */
const ours = new Set<string>();

/**
 * A new folder of this process in `home`, called `<prefix><pid>-…`. A process that is killed leaves its own behind: those
 * of dead processes with the same prefix are cleared away first.
 */
export function ownFolder(home: string, prefix: string): string {
  removeLeftovers(home, prefix);
  const folder = mkdtempSync(join(home, `${prefix}${process.pid}-`));
  ours.add(folder);
  return folder;
}

export function removeLeftovers(home: string, prefix: string): void {
  for (const name of readdirSync(home)) {
    const folder = join(home, name);
    if (!ours.has(folder) && isLeftover(name, prefix)) remove(folder);
  }
}

/** Tries more than once: the last of the processes that used the folder may still be writing there. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  ours.delete(folder);
}

function isLeftover(name: string, prefix: string): boolean {
  if (!name.startsWith(prefix)) return false;
  const [, pid] = /^(\d+)-/.exec(name.slice(prefix.length)) ?? [];
  return pid !== undefined && (Number(pid) === process.pid || !isAlive(Number(pid)));
}

/** What belongs to another user is theirs to clear away; another process may be clearing at the same time. */
function remove(folder: string): void {
  const owner = lstatSync(folder, { throwIfNoEntry: false })?.uid;
  if (owner !== undefined && owner === (process.getuid?.() ?? owner))
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
