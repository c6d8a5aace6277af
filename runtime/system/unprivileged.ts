import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Postgres refuses to run as root: for root it runs as nobody. */
export const isRoot = process.getuid?.() === 0;
export const nobody = { uid: 65534, gid: 65534 };

const othersMaySearch = 0o001;

/** Whether a user without rights may reach what lies in a folder, also when that does not exist yet. */
export function nobodyMayEnter(folder: string): boolean {
  const path = resolve(folder);
  const mode = existsSync(path) ? statSync(path).mode : ~process.umask();
  const open = (mode & othersMaySearch) !== 0;
  return open && (path === dirname(path) || nobodyMayEnter(dirname(path)));
}
