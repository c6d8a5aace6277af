import { type DetachedProcess, spawnDetached } from '../../runtime/system/detached-process.ts';

/** Addresses for `import` in code that runs as a process of its own. */
export const moduleUrl = (path: string): string => new URL(`../../${path}`, import.meta.url).href;

/** A `command` for the supervisor that runs a few lines of module code. */
export const codeCommand = (code: string): string[] => ['--input-type=module', '--eval', code];

/** Runs a few lines as a process, collecting what it writes. */
export function runCode(code: string): DetachedProcess & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const env = { PATH: process.env.PATH ?? '' };
  return Object.assign(
    spawnDetached(codeCommand(code), env, line => lines.push(line)),
    { lines },
  );
}
