import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFile } from './tidy-rules.ts';

export const top = fileURLToPath(new URL('../..', import.meta.url));

/** Every TypeScript file of the project below a folder. */
export function sourceFiles(folder = ''): SourceFile[] {
  return readdirSync(join(top, folder), { withFileTypes: true }).flatMap(entry => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory())
      return entry.name.startsWith('.') || entry.name === 'node_modules' ? [] : sourceFiles(path);
    return path.endsWith('.ts') ? [{ path, text: readFileSync(join(top, path), 'utf8') }] : [];
  });
}
