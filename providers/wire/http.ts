import http from 'node:http';
import https from 'node:https';
import axios, { isAxiosError } from 'axios';
import type { Departure } from '../../runtime/send-deadline.ts';

/** How far a request got when no whole answer came back. */
type LostPhase = 'never-left' | 'left-without-answer';

/** Holds the phase and a code only: axios' own error carries the request with its Authorization header. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly phase: LostPhase;
  /** `TIMEOUT`, `ABORTED`, `DEPARTURE_MISSED`, or the code of the socket: `ECONNREFUSED`, `ECONNRESET`, … */
  readonly code: string;

  constructor(phase: LostPhase, code: string) {
    super(`${phase} (${code})`);
    this.phase = phase;
    this.code = code;
  }
}

export type HttpRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  data?: string;
  /** A longer answer counts as none. 1 MB by default. */
  maxAnswerBytes?: number;
};

export type HttpAnswer = { status: number; headers: Record<string, unknown>; body: string };

const agent = { keepAlive: true, maxSockets: 10 };
const client = axios.create({
  httpAgent: new http.Agent(agent),
  httpsAgent: new https.Agent(agent),
  proxy: false,
  maxRedirects: 0,
  maxContentLength: 1_000_000,
  maxBodyLength: 1_000_000,
  responseType: 'text',
  transformRequest: bytes => bytes, // frozen requests leave as they are
  transformResponse: text => text,
  validateStatus: () => true,
});

/**
 * Returns only when a whole answer was read, whatever its status. A request counts as left from the moment the
 * connection (with TLS: the handshake) is made, and at once on a reused one: this errs towards "may have left".
 *
 * @throws CallFailed whose `phase` says whether the request may have reached the provider
 */
export async function send(
  request: HttpRequest,
  timeoutMs: number,
  { signal, departure }: { signal?: AbortSignal | undefined; departure?: Departure | undefined } = {},
): Promise<HttpAnswer> {
  let left = false;
  let missed = false;
  const transport = {
    request(options: http.RequestOptions, onAnswer: (answer: http.IncomingMessage) => void) {
      const secure = options.protocol === 'https:';
      const outgoing = (secure ? https : http).request(options, onAnswer);
      // Before the first byte is written: a request that is late is given up here, and nowhere later.
      const leave = () => {
        missed = departure?.isMissed() ?? false;
        if (missed) outgoing.destroy();
        else left = true;
      };
      return outgoing.once('socket', socket => {
        if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', leave);
        else leave();
      });
    },
  };
  const timeout = AbortSignal.timeout(timeoutMs);
  const stop = signal ? AbortSignal.any([timeout, signal]) : timeout;
  const { maxAnswerBytes, ...rest } = request;
  const limit = maxAnswerBytes === undefined ? {} : { maxContentLength: maxAnswerBytes };
  try {
    const { status, headers, data } = await client.request<string>({ ...rest, ...limit, signal: stop, transport });
    return { status, headers, body: data };
  } catch (error) {
    throw new CallFailed(left ? 'left-without-answer' : 'never-left', codeOf(error));
  }

  function codeOf(error: unknown): string {
    if (missed) return 'DEPARTURE_MISSED';
    if (timeout.aborted) return 'TIMEOUT';
    if (signal?.aborted) return 'ABORTED';
    return (isAxiosError(error) && error.code) || 'UNKNOWN';
  }
}
