import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { assertOurs } from './assert-ours.ts';
import { isRoot, nobodyMayEnter } from './unprivileged.ts';

/**
 * Where the server of a data folder lives: in the folder. Root's server runs as nobody, whom root may have kept out of
 * the folder: then it lives in a folder for temporary files, under a name that nobody can guess and take first. The data
 * folder holds a note of that name, and the home says whose it is.
 */
const otherBase = '/var/tmp';
const homePrefix = 'orders-postgres-';
const noteName = 'data-is-in';
const ownerName = 'data-of';

/** Where it lives now, or will when nothing has to be made elsewhere for it. */
export const postgresHome = (folder: string): string => notedHome(folder) ?? resolve(folder);

/** @throws where the folder or its home is not ours alone */
export function makePostgresHome(folder: string): string {
  const noted = notedHome(folder) ?? adoptEarlier(folder);
  if (noted === undefined && isRoot && !nobodyMayEnter(folder)) return makeElsewhere(folder);
  const home = noted ?? makeFolder(folder);
  assertOurs(home);
  return home;
}

/** Homes of a data folder that knows nothing of them: it was removed, and has been made again since. */
export function forgottenHomes(folder: string): string[] {
  if (!isRoot) return [];
  return readdirSync(otherBase)
    .map(name => join(otherBase, name))
    .filter(home => home.startsWith(join(otherBase, homePrefix)) || home === earlierHome(folder))
    .filter(home => lstatSync(home, { throwIfNoEntry: false })?.uid === 0)
    .filter(home => textIn(join(home, ownerName)) === resolve(folder) && home !== notedHome(folder));
}

function makeFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: isRoot ? 0o755 : 0o700 });
  return resolve(folder);
}

/** Where releases before the note kept root's data: a name that follows from the folder's. */
const earlierHome = (folder: string): string =>
  join(otherBase, `orders-${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 12)}`);

/**
 * An earlier release's home goes on being used, unless the folder has data of its own by now. @throws where somebody
 * else made a folder of that name: the data may be in it, and a new home would be empty
 */
function adoptEarlier(folder: string): string | undefined {
  const home = earlierHome(folder);
  if (!isRoot || existsSync(join(folder, 'data')) || !lstatSync(home, { throwIfNoEntry: false })) return undefined;
  assertOurs(home);
  assertOurs(makeFolder(folder));
  writeNotes(folder, home);
  return home;
}

function makeElsewhere(folder: string): string {
  assertOurs(makeFolder(folder));
  const home = mkdtempSync(join(otherBase, homePrefix));
  chmodSync(home, 0o755);
  writeNotes(folder, home);
  return home;
}

function writeNotes(folder: string, home: string): void {
  writeFileSync(join(home, ownerName), resolve(folder));
  writeFileSync(join(folder, noteName), `${home}\n`);
}

/** The noted home; undefined where it was cleared away as a temporary folder. */
function notedHome(folder: string): string | undefined {
  if (!existsSync(join(folder, noteName))) return undefined;
  assertOurs(folder);
  const home = textIn(join(folder, noteName));
  return home !== undefined && lstatSync(home, { throwIfNoEntry: false }) ? home : undefined;
}

const textIn = (file: string): string | undefined =>
  existsSync(file) ? readFileSync(file, 'utf8').trimEnd() : undefined;
