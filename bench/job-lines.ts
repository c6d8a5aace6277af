import { Writable } from 'node:stream';

/** Per queue: the duration of each run in the workers' log, in milliseconds. */
export type Runs = ReadonlyMap<string, readonly number[]>;

type JobLine = { queue?: string; durationMs?: number };

/** A log that passes every line on, and reads the one line that the host writes about each job. */
export function watchJobLines(to: Writable): { log: Writable; runs: Runs; clear(): void } {
  const runs = new Map<string, number[]>();
  const log = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      const { queue, durationMs } = jobLine(line) ?? {};
      if (queue !== undefined && durationMs !== undefined) {
        if (!runs.has(queue)) runs.set(queue, []);
        runs.get(queue)?.push(durationMs);
      }
      to.write(line, done);
    },
  });
  return { log, runs, clear: () => runs.clear() };
}

function jobLine(line: string): JobLine | undefined {
  const [, json] = /^workers +\| (\{.*"msg":"job"\})$/.exec(line.trimEnd()) ?? [];
  return json === undefined ? undefined : (JSON.parse(json) as JobLine);
}
