import logUpdate from 'log-update';

export type Progress = (what: string, done: number, total: number) => void;

/** One line that is redrawn on a terminal; elsewhere a line per quarter. On stderr: stdout has only the tables. */
export function openProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  let last = '';
  return (what, done, total) => {
    const line = `${what}: ${done} of ${total}`;
    if (out.isTTY) {
      logUpdate(line);
      if (done === total) logUpdate.done();
      return;
    }
    const quarter = `${what} ${Math.floor((4 * done) / total)}`;
    if (quarter !== last) out.write(`${line}\n`);
    last = quarter;
  };
}
