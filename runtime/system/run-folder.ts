import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { asIdentity, identityOf, isRunning, type ProcessIdentity } from './process-table.ts';
import { isRoot, nobodyMayEnter } from './unprivileged.ts';

/**
 * Everything temporary that a process of ours makes lies in one folder, whose name tells its owner:
 * `orders-<pid>-<when it started>-…`. Whoever finds the folder can tell whether the owner still lives, and nothing has to
 * be remembered anywhere else.
 */
const ownedName = /^orders-(?<owner>\d+-\w+)-/;
/** A pool of browsers names its folder by the number alone. */
const browserName = /^orders-browser-(?<pid>\d+)-/;
/** What is kept for somebody to read. */
const keptMs = 24 * 3_600_000;

/** Root's Postgres runs as nobody, who may not be allowed into root's TMPDIR. */
const otherBase = '/var/tmp';
const bases = (): string[] => [...new Set([tmpdir(), ...(isRoot ? [otherBase] : [])])];
const ownBase = (): string => (isRoot && !nobodyMayEnter(tmpdir()) ? otherBase : tmpdir());

const self = (): ProcessIdentity => {
  const identity = identityOf(process.pid);
  if (!identity) throw new Error('the system does not tell when this process started');
  return identity;
};

export function makeRunFolder(): string {
  const folder = mkdtempSync(join(ownBase(), `orders-${self()}-`));
  if (isRoot) chmodSync(folder, 0o711);
  return folder;
}

let made = 0;

/** A new folder in a run folder. */
export function makeFolderIn(runFolder: string, name: string): string {
  made += 1;
  const folder = join(runFolder, `${name}-${made}`);
  mkdirSync(folder, { mode: isRoot ? 0o711 : 0o700 });
  return folder;
}

export const removeFolder = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });

/** Takes a file out of a run folder before that is removed; it stays for a day. @returns where it is then */
export function keepFile(runFolder: string, file: string): string {
  const kept = `${runFolder}-${basename(file)}`;
  renameSync(file, kept);
  return kept;
}

/**
 * Run folders whose owner has ended, and files that were kept long enough. Only our own user's: what belongs to another is
 * theirs to clear away, and nobody else can have made a folder in our name.
 */
export function leftBehind(now = Date.now()): { folders: string[]; files: string[] } {
  const left: { folders: string[]; files: string[] } = { folders: [], files: [] };
  const uid = process.getuid?.();
  for (const path of bases().flatMap(base => namesIn(base).map(name => join(base, name)))) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat || (uid !== undefined && stat.uid !== uid) || ownerLives(basename(path))) continue;
    if (stat.isDirectory()) left.folders.push(path);
    else if (stat.isFile() && now - stat.mtimeMs > keptMs) left.files.push(path);
  }
  return left;
}

function ownerLives(name: string): boolean {
  const owner = ownedName.exec(name)?.groups?.owner;
  if (owner !== undefined) return isRunning(asIdentity(owner));
  return identityOf(Number(browserName.exec(name)?.groups?.pid)) !== undefined;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => ownedName.test(name) || browserName.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
