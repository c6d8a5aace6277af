import { type AddressInfo, createServer } from 'node:net';

/** Listens for a moment. @returns the port, which is `wanted` unless that is 0 */
const tryPort = (wanted: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** A port of 127.0.0.1 that nobody listened on a moment ago. */
export const freePort = (): Promise<number> => tryPort(0);

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
