import type { Environment } from '../config/environment.ts';

/** Where programs, libraries and files are, and the language and time zone of the machine. */
const names = ['PATH', 'LD_LIBRARY_PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ'];
/** Without these nothing starts on Windows. */
const namesOnWindows = ['SystemRoot', 'TEMP', 'TMP', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'ProgramFiles'];

/**
 * What a program that is not ours (a browser, a database) needs of the environment. None of our settings is in it: whoever
 * breaks into such a program would have every key.
 */
export function machineEnvironment(env: Environment = process.env): Record<string, string> {
  const wanted = process.platform === 'win32' ? [...names, ...namesOnWindows] : names;
  return Object.fromEntries(wanted.flatMap(name => (env[name] ? [[name, env[name]]] : [])));
}
