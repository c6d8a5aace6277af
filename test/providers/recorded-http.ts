import type { IncomingHttpHeaders, RequestListener } from 'node:http';

/** One exchange as it went over the wire, seen from the provider. */
export type Exchange = {
  method: string;
  /** With its query. */
  url: string;
  headers: IncomingHttpHeaders;
  requestBody: string;
  status: number;
  responseBody: string;
};

/** Serves as `handler` does, and keeps what went in and out. */
export function recording(handler: RequestListener, exchanges: Exchange[]): RequestListener {
  return (request, response) => {
    const { method = '', url = '', headers } = request;
    const [sent, answered]: Buffer[][] = [[], []];
    request.on('data', (chunk: Buffer) => sent?.push(chunk));
    const end = response.end.bind(response);
    const write = response.write.bind(response);
    const keep = (chunk: unknown) => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) answered?.push(Buffer.from(chunk));
    };
    response.write = ((...given: Parameters<typeof write>) => {
      keep(given[0]);
      return write(...given);
    }) as typeof response.write;
    response.end = ((...given: Parameters<typeof end>) => {
      keep(given[0]);
      const text = (chunks: Buffer[] = []) => Buffer.concat(chunks).toString();
      exchanges.push({
        ...{ method, url, headers, requestBody: text(sent) },
        ...{ status: response.statusCode, responseBody: text(answered) },
      });
      return end(...given);
    }) as typeof response.end;
    handler(request, response);
  };
}
