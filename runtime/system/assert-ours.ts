import { lstatSync, realpathSync } from 'node:fs';

const othersMayWrite = 0o022;
const isWindows = process.platform === 'win32';

/**
 * A folder is trusted only where nobody else can have made it or written in it. @throws unless the folder is this
 * user's, is no link, and no other user may write in it
 */
export function assertOurs(folder: string): void {
  const found = lstatSync(folder);
  if (found.isSymbolicLink()) throw new Error(`${folder} is a link: name the folder that it leads to`);
  if (!found.isDirectory()) throw new Error(`${folder} is no folder`);
  if (!isOwn(found)) throw new Error(`${folder} belongs to another user, number ${found.uid}`);
  if (isWindows || (found.mode & othersMayWrite) === 0) return;
  throw new Error(`${folder} may be written by others (mode ${modeOf(found)}): take that away with chmod go-w`);
}

/**
 * The folder behind a name, which may be this user's own link: they have chosen where it leads.
 * @throws unless the link and that folder are this user's, and no other user may write in it
 */
export function behindOwnLink(name: string): string {
  const found = lstatSync(name);
  const folder = found.isSymbolicLink() && isOwn(found) ? realpathSync(name) : name;
  assertOurs(folder);
  return folder;
}

const isOwn = ({ uid }: { uid: number }): boolean => uid === (process.getuid?.() ?? uid);
const modeOf = ({ mode }: { mode: number }): string => (mode & 0o777).toString(8);
