import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { createState, type State } from './state.ts';

/** Raised whenever the shape of the state changes: an older file is set aside, the sandbox starts empty. */
const version = 1;

export type StateFile = {
  readonly state: State;
  /** Writes now, atomically. */
  write(): void;
  /** Writes soon, together with whatever else changes until then. */
  writeSoon(): void;
  close(): void;
};

const soonMs = 200;

/** Loads what an earlier run left behind; without a path the state lives in memory only. */
export const openStateFile = (path: string | undefined): StateFile =>
  path === undefined ? { state: createState(), write() {}, writeSoon() {}, close() {} } : openFile(path);

function openFile(path: string): StateFile {
  const state = load(path) ?? createState();
  let timer: NodeJS.Timeout | undefined;
  mkdirSync(dirname(path), { recursive: true });

  function write(): void {
    clearTimeout(timer);
    timer = undefined;
    writeFileSync(`${path}.new`, serialize({ version, state }), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  return {
    state,
    write,
    writeSoon() {
      timer ??= setTimeout(write, soonMs).unref();
    },
    close: write,
  };
}

function load(path: string): State | undefined {
  if (!existsSync(path)) return undefined;
  const saved = deserialize(readFileSync(path)) as { version: number; state: State };
  if (saved.version === version) return saved.state;
  renameSync(path, `${path}.version-${saved.version}`);
  return undefined;
}
