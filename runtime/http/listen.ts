import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { logFullServer } from '../full-server.ts';
import type { Logger } from '../logger.ts';

type Listening = {
  readonly server: Server;
  /** The real port, also when 0 was asked for. */
  readonly port: number;
  /** Takes no new connection, waits for the requests under way and cuts what is left after `graceMs`. */
  close(graceMs?: number): Promise<void>;
};

type ListenOptions = {
  port: number;
  host: string;
  /** A request that has not arrived whole by then is cut off. */
  requestTimeoutMs?: number;
  /** Those beyond it are closed at once. */
  connectionsMax?: number;
  /** Gets a line when connections were closed for that. */
  log?: Logger;
};

/** Longer than the proxies in front keep an idle connection: a request on one that we close meanwhile is lost. */
const keepAliveMs = 65_000;

/** Serves an Express app or a plain handler. @throws when the address cannot be used, saying which and why */
export async function listen(
  handler: RequestListener,
  { port, host, requestTimeoutMs = 30_000, connectionsMax = 5_000, log }: ListenOptions,
): Promise<Listening> {
  const limits = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(10_000, requestTimeoutMs),
    keepAliveTimeout: keepAliveMs,
    // Node checks these times only once in this interval.
    connectionsCheckingInterval: 5_000,
  };
  const server = createServer(limits, oneHost(handler));
  server.maxConnections = connectionsMax;
  if (log) logFullServer(server, log);
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(cannotListen(error, port, host)));
    server.listen(port, host, resolve);
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: (graceMs = 10_000) => closeServer(server, graceMs),
  };
}

/** Of two Host headers a proxy may believe one, and we the other (RFC 9112, section 3.2). */
const oneHost =
  (handler: RequestListener): RequestListener =>
  (request, response) => {
    if ((request.headersDistinct.host?.length ?? 0) <= 1) return handler(request, response);
    response.writeHead(400, { 'content-type': 'text/plain', connection: 'close' }).end('a request names one host');
  };

function cannotListen(error: NodeJS.ErrnoException, port: number, host: string): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: 'another process listens there; stop it or choose another port',
    EACCES: 'not allowed; ports below 1024 belong to root',
    EADDRNOTAVAIL: 'this machine has no such address',
  };
  return new Error(`cannot listen on ${host}:${port}: ${reasons[error.code ?? ''] ?? error.message}`, { cause: error });
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise(resolve => {
    // A kept-alive connection turns idle when its answer is out: it would hold the server open for its keep-alive time.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
  });
}
