import { once } from 'node:events';
import http from 'node:http';

export type Shot = { readonly url: URL; readonly body: string; readonly headers: Readonly<Record<string, string>> };
/** `status` 0: no whole answer came. */
export type Hit = { readonly shot: Shot; readonly status: number; readonly ms: number };

const answerTimeoutMs = 10_000;

/** Sends every shot once, over so many connections that are kept alive, each as fast as it is answered. */
export async function fire(
  shots: Iterable<Shot>,
  connections: number,
  signal: AbortSignal,
  onHit: (hit: Hit) => void,
): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  // One iterator for all: each connection takes the next shot when it is free.
  const queue = shots[Symbol.iterator]();
  const shoot = async () => {
    for (let next = queue.next(); !next.done && !signal.aborted; next = queue.next()) {
      const startedAt = performance.now();
      const status = await send(next.value, agent);
      onHit({ shot: next.value, status, ms: performance.now() - startedAt });
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, shoot));
  } finally {
    agent.destroy();
  }
}

async function send({ url, body, headers }: Shot, agent: http.Agent): Promise<number> {
  const signal = AbortSignal.timeout(answerTimeoutMs);
  const request = http.request(url, { method: 'POST', agent, signal, headers });
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
