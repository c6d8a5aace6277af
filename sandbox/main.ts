/** `npm run sandbox`: the five providers on one port, until a signal. */
import '../runtime/node-version.ts';
import { createSandbox } from './app.ts';
import { credentialsFrom } from './credentials.ts';

const { env } = process;
const host = env.SANDBOX_HOST ?? '127.0.0.1';
const port = Number(env.SANDBOX_PORT ?? 3002);

const sandbox = createSandbox({
  credentials: credentialsFrom(env),
  apiUrl: env.API_URL ?? 'http://127.0.0.1:3000',
  ...(env.PUBLIC_URL ? { productUrl: env.PUBLIC_URL.replace(/\/+$/, '') } : {}),
  ...(env.SANDBOX_URL ? { publicUrl: env.SANDBOX_URL } : {}),
  ...(env.SANDBOX_STATE_FILE ? { stateFile: env.SANDBOX_STATE_FILE } : {}),
  ...(env.SANDBOX_CA_FILE ? { authorityFile: env.SANDBOX_CA_FILE } : {}),
});

const server = sandbox.app.listen(port, host, error => {
  if (error) {
    console.error(`sandbox: cannot listen on ${host}:${port}: ${error.message}`);
    process.exit(1);
  }
  console.log(`sandbox: listening on http://${host}:${port}`);
});

let closing = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    if (closing) return;
    closing = true;
    sandbox.close();
    server.close();
    server.closeAllConnections();
  });
