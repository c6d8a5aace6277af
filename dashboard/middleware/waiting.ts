import type { RequestListener } from 'node:http';

/** The answer while the queues cannot be opened: the dashboard runs, and has nothing to show. */
export const waitingForQueues: RequestListener = (request, response) => {
  if (request.url === '/health') return void response.setHeader('content-type', 'application/json').end('{"ok":true}');
  response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '5' });
  response.end('Redis cannot be reached, and the queues live there. Come again when it is back.\n');
};
