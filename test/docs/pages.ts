import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = fileURLToPath(new URL('../..', import.meta.url));

/** What people read of us: the README and every page in docs/, by path. */
export const pages = ['README.md', ...readdirSync(join(top, 'docs')).map(name => `docs/${name}`)];

export const textOf = (path: string): string => readFileSync(join(top, path), 'utf8');

/** The shell commands of a page, block by block. */
export const shellOf = (path: string): string[] =>
  [...textOf(path).matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => String(block));
