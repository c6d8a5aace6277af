import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isShape } from './shape.ts';
import { createState, type State } from './state.ts';

/** Raised whenever the shape of the state changes. A file of another version is set aside: the sandbox starts empty. */
const version = 9;

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
    writeFileSync(`${path}.new`, JSON.stringify({ version, state }, tag), { mode: 0o600 });
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
  const saved = parse(readFileSync(path, 'utf8'));
  if (saved?.version === version) return saved.state;
  renameSync(path, `${path}.old`);
  console.error(`sandbox: ${path} is of another version and was set aside`);
  return undefined;
}

function parse(text: string): { version: number; state: State } | undefined {
  try {
    return JSON.parse(text, untag);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** JSON knows neither Maps nor bigints: they are written as objects with one telling key. */
function tag(_key: string, value: unknown): unknown {
  if (value instanceof Map) return { $map: [...value] };
  return typeof value === 'bigint' ? { $bigint: value.toString() } : value;
}

function untag(_key: string, value: unknown): unknown {
  if (!isShape(value)) return value;
  if (Array.isArray(value.$map)) return new Map(value.$map as [unknown, unknown][]);
  return typeof value.$bigint === 'string' ? BigInt(value.$bigint) : value;
}
