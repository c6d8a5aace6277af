import type { Exchange } from '../recorded-http.ts';
import { type Seen, startStub } from '../stub-server.ts';

/** A provider that says again what it was heard to say, save for the last answer, which is ours. */
export type Replay = AsyncDisposable & { url: string; answerWith(body: string): void };

/** AliExpress has one address for all its calls: the API's name tells them apart. */
const callOf = ({ method, url, body }: Pick<Seen, 'method' | 'url' | 'body'>): string =>
  [method, url.split('?')[0], new URLSearchParams(body).get('method') ?? ''].join(' ');

/** @param origin where it was heard: what points there points to the replay */
export async function startReplay(heard: readonly Exchange[], origin: string): Promise<Replay> {
  const calls = heard.map(({ requestBody: body, ...rest }) => ({ ...rest, body }));
  const last = calls.at(-1);
  if (!last) throw new Error('nothing was heard');
  let lastBody = last.responseBody;
  const stub = await startStub(request => {
    const name = callOf(request);
    const known =
      name === callOf(last) ? { ...last, responseBody: lastBody } : calls.find(call => callOf(call) === name);
    if (!known) return { status: 404, body: '{}' };
    return { status: known.status, body: known.responseBody.replaceAll(origin, stub.url) };
  });
  return {
    url: stub.url,
    answerWith(body) {
      lastBody = body;
    },
    [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
  };
}
