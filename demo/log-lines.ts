import { Writable } from 'node:stream';

type Trouble = { readonly raw: string; readonly text: string };

export type WatchedLog = {
  readonly log: Writable;
  /** The last warning or error that names one of these, else the last of all. Undefined when there was none. */
  lastTrouble(named: readonly string[]): string | undefined;
};

const keptMax = 2_000;

/** A log that passes everything on, and remembers what went wrong. */
export function watchLog(to: Writable): WatchedLog {
  const troubles: Trouble[] = [];
  const log = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      const text = troubleIn(line.trimEnd());
      if (text) troubles.push({ raw: line, text });
      if (troubles.length > keptMax) troubles.shift();
      to.write(line, done);
    },
  });
  return {
    log,
    lastTrouble: named => {
      const about = troubles.findLast(({ raw }) => named.some(name => raw.includes(name)));
      return (about ?? troubles.at(-1))?.text;
    },
  };
}

type LogLine = {
  level?: string;
  time?: string;
  msg?: string;
  reason?: string;
  code?: string;
  err?: { message?: string };
};

/** `workers 22:55:01 error: Chromium does not start: trying again (Failed to launch …)`; undefined for what is no trouble. */
function troubleIn(line: string): string | undefined {
  const [, process = '', said = ''] = /^(\S+) +\| (.*)$/.exec(line) ?? [];
  const read = parse(said);
  // What is no JSON comes from the process that watches over the others, or from one that dies.
  if (!read) return /Error|ended with/.test(said) ? `${process}: ${said}` : undefined;
  const { level = '', time = '', msg = '', reason, code, err } = read;
  if (!['warn', 'error', 'fatal'].includes(level)) return undefined;
  const why = [reason, code, err?.message].filter(Boolean).join(', ');
  return `${process} ${time.slice(11, 19)} ${level}: ${msg}${why ? ` (${why})` : ''}`;
}

function parse(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a line of something else, or half a line
  }
}
