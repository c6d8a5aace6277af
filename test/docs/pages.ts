import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { top } from '../support/source-files.ts';

const inDocs = readdirSync(join(top, 'docs')).filter(name => name.endsWith('.md'));

/** What people read of us, by path. */
export const pages = ['README.md', 'CONTRIBUTING.md', ...inDocs.map(name => `docs/${name}`)];

export const textOf = (path: string): string => readFileSync(join(top, path), 'utf8');

/** The shell commands of a page, block by block. */
export const shellOf = (path: string): string[] =>
  [...textOf(path).matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => String(block));
