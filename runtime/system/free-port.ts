import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that a system gives to outgoing connections (Linux from 32768 on, others from 49152 on, RFC 6335): one
 * of those may be given away between the moment it was found free and the moment its server listens.
 */
const range = [16_384, 32_768] as const;

/** Listens for a moment. @throws when that cannot be done */
const tryPort = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(port)));
  });

/** A port of 127.0.0.1 that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  for (let attempts = 100; attempts > 1; attempts -= 1) {
    const port = await tryPort(randomInt(...range)).catch(() => undefined); // taken: another one
    if (port) return port;
  }
  return tryPort(randomInt(...range));
}

/**
 * Before a process is started: whoever listens there already would answer its health check in its name.
 * @param variable the setting that chooses the port
 */
export async function assertPortFree(port: number, variable: string): Promise<void> {
  await tryPort(port).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EADDRINUSE' ? 'another process listens there' : error.message;
    throw new Error(`port ${port} cannot be used: ${why}. Stop it, or choose another port with ${variable}`);
  });
}
