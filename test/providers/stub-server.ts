import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export type Seen = { method: string; url: string; headers: http.IncomingHttpHeaders; body: string };

/** What the server does with a request: an answer, or one of the ways in which none comes. */
export type Reply =
  | { status?: number; headers?: Record<string, string>; body?: unknown }
  | 'silence'
  | 'cut'
  | 'half a body'
  | 'no http';

export type StubServer = AsyncDisposable & { url: string; seen: Seen[] };

/** A real local server that plays the provider; bodies that are not text are sent as JSON. */
export async function startStub(reply: (request: Seen) => Reply): Promise<StubServer> {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const entry = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(entry);
      answer(reply(entry), response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function answer(reply: Reply, response: http.ServerResponse): void {
  if (reply === 'silence') return;
  if (reply === 'cut') return void response.destroy();
  if (reply === 'no http') return void response.socket?.end('220 mail.example ready\r\n');
  if (reply === 'half a body') {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"half":', () => response.destroy());
    return;
  }
  const { status = 200, headers = {}, body = '' } = reply;
  response.writeHead(status, headers);
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
