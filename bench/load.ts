import { once } from 'node:events';
import http from 'node:http';

export type Shot = {
  readonly id: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};
/** `status` is 0 when no complete answer came. */
export type Hit = { readonly id: string; readonly status: number; readonly ms: number };

const answerTimeoutMs = 10_000;

/** Sends every shot once, over a number of kept-alive connections; each sends its next when it has its answer. */
export async function fire(
  shots: Iterable<Shot>,
  connections: number,
  signal: AbortSignal,
  onHit: (hit: Hit) => void,
): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const queue = shots[Symbol.iterator](); // one for all: each connection takes the next shot when it is free
  const shoot = async () => {
    for (let next = queue.next(); !next.done && !signal.aborted; next = queue.next()) {
      const startedAt = performance.now();
      const status = await send(next.value, agent);
      onHit({ id: next.value.id, status, ms: performance.now() - startedAt });
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, shoot));
  } finally {
    agent.destroy();
  }
}

async function send({ url, body, headers }: Shot, agent: http.Agent): Promise<number> {
  const request = http.request(url, { method: 'POST', agent, headers, timeout: answerTimeoutMs });
  request.once('timeout', () => request.destroy());
  try {
    request.end(body);
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    answer.resume();
    await once(answer, 'end');
    return answer.statusCode ?? 0;
  } catch {
    return 0; // counted as an error
  }
}
