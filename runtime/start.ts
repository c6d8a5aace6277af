import './node-version.ts';
import { createLogger } from './logger.ts';
import { onShutdown } from './shutdown.ts';
import { startSystem } from './supervisor.ts';

/** `npm start`: everything that one machine needs, until Ctrl-C. Data stays in `.data/`. */
const log = createLogger('start', 'info');
const aborted = new AbortController();
const starting = startSystem({ signal: aborted.signal });

// Each process may take its whole deadline, one after the other; the database comes last.
const defer = onShutdown({ deadlineMs: 120_000, log });
defer('system', async () => {
  aborted.abort(new Error('stopped while starting'));
  const [started] = await Promise.allSettled([starting]);
  if (started.status === 'fulfilled') await started.value.stop();
});

try {
  const { urls, env, givenUp } = await starting;
  const generatedPassword = process.env.ADMIN_PASSWORD ? '(from ADMIN_PASSWORD)' : env.ADMIN_PASSWORD;
  const rows = [
    ...Object.entries(urls),
    ...(env.ADMIN_EMAIL ? [['log in as', `${env.ADMIN_EMAIL}  ${generatedPassword}`]] : []),
    ['stop with', 'Ctrl-C'],
  ];
  process.stdout.write(`\n${rows.map(([name = '', value]) => `  ${name.padEnd(10)} ${value}\n`).join('')}\n`);
  void givenUp.then(async error => {
    log.fatal({ err: error }, 'stopping the system');
    process.exitCode = 1;
    process.kill(process.pid, 'SIGTERM');
  });
} catch (error) {
  if (!aborted.signal.aborted) {
    // A wrong setting or a process that did not start: the message says it all, a stack would hide it.
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
