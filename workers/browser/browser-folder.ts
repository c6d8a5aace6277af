import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'orders-browser-';
/** Those of this process. Its number may have been a dead one's before: in a container it is always the same. */
const ours = new Set<string>();

/** Chromium leaves its folders behind when it is killed: each pool has one of its own, and clears away those of the dead. */
export function ownFolder(): string {
  for (const name of readdirSync(tmpdir())) if (isLeftover(name)) remove(join(tmpdir(), name));
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  ours.add(folder);
  return folder;
}

/** The last of Chromium's processes may still be writing there. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  ours.delete(folder);
}

function isLeftover(name: string): boolean {
  const [, pid] = new RegExp(`^${prefix}(\\d+)-`).exec(name) ?? [];
  if (pid === undefined || ours.has(join(tmpdir(), name))) return false;
  return Number(pid) === process.pid || !isAlive(Number(pid));
}

/** What belongs to another user is theirs to clear away; another pool may be clearing at the same time. */
function remove(folder: string): void {
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid;
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
