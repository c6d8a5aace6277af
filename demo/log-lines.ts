import { Writable } from 'node:stream';

type Trouble = { readonly atMs: number; readonly raw: string; readonly text: string };

/** The last trouble that contains one of `names`, otherwise the last one since that time; undefined without any. */
export type LastTrouble = (named: readonly string[], sinceMs: number) => string | undefined;

const keptMax = 2_000;

/** A log that passes every line on, and remembers warnings and errors. */
export function watchLog(to: Writable): { log: Writable; lastTrouble: LastTrouble } {
  const troubles: Trouble[] = [];
  const log = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      const text = troubleIn(line.trimEnd());
      if (text) troubles.push({ atMs: Date.now(), raw: line, text });
      if (troubles.length > keptMax) troubles.shift();
      to.write(line, done);
    },
  });
  const lastTrouble: LastTrouble = (named, sinceMs) => {
    const about = troubles.findLast(({ raw }) => named.some(name => raw.includes(name)));
    return (about ?? troubles.findLast(({ atMs }) => atMs >= sinceMs))?.text;
  };
  return { log, lastTrouble };
}

type LogLine = {
  level?: string;
  time?: string;
  msg?: string;
  reason?: string;
  code?: string;
  err?: { message?: string };
  req?: { method?: string; path?: string };
  res?: { statusCode?: number };
};

/** `workers 22:55:01 error: Chromium does not start: trying again (Failed to launch …)`; undefined for what is no trouble. */
function troubleIn(line: string): string | undefined {
  const [, process = '', said = ''] = /^(\S+) +\| (.*)$/.exec(line) ?? [];
  const read = parse(said);
  // A line that is no JSON comes from the supervisor, or from a process that dies.
  if (!read) return /Error|ended with/.test(said) ? `${process}: ${said}` : undefined;
  const { level = '', time = '', msg = '', reason, code, err, req, res } = read;
  const at = `${process} ${time.slice(11, 19)}`;
  if (res?.statusCode && res.statusCode >= 400)
    return `${at} answered ${res.statusCode} to ${req?.method} ${req?.path}`;
  if (!['warn', 'error', 'fatal'].includes(level)) return undefined;
  const why = [reason, code, err?.message].filter(Boolean).join(', ');
  return `${at} ${level}: ${msg}${why ? ` (${why})` : ''}`;
}

function parse(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a line of something else, or half a line
  }
}
