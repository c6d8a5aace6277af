import { lstatSync } from 'node:fs';

const othersMayWrite = 0o022;

/**
 * What lies under a name is trusted only where nobody else can have put it there. @throws unless the folder is this user's,
 * is no link, and no other user may write in it
 */
export function assertOurs(folder: string): void {
  const found = lstatSync(folder);
  const isOwn = found.uid === (process.getuid?.() ?? found.uid);
  if (found.isDirectory() && isOwn && (process.platform === 'win32' || (found.mode & othersMayWrite) === 0)) return;
  throw new Error(`${folder} belongs to another user, or others may write there`);
}
