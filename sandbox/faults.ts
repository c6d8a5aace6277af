import type { Operation } from 'rfc6902';

export const faultKinds = [
  'drop-reply',
  'timeout',
  'status',
  'answer',
  'echo',
  'malformed',
  'reshape',
  'slow',
] as const;

/**
 * A misbehaviour for the next `times` calls of one operation.
 * - `drop-reply` performs the call, then cuts the connection.
 * - `timeout` never answers and does not perform.
 * - `status` answers with that HTTP status and does not perform.
 * - `answer` answers with that HTTP status and `body`, and does not perform: what a provider was seen to send.
 * - `echo` answers with that HTTP status, does not perform, and repeats the whole request in every message.
 * - `malformed` performs, and answers with half a body.
 * - `reshape` performs, and changes the answer by a JSON patch (RFC 6902): fields that are absent, null, new or of another type.
 * - `slow` performs, and answers `delayMs` later.
 */
export type Fault = {
  readonly provider: string;
  readonly operation: string;
  readonly kind: (typeof faultKinds)[number];
  readonly times: number;
  readonly status?: number;
  readonly delayMs?: number;
  /** Of an `answer`; a text is sent as it is. */
  readonly body?: unknown;
  /** Of a `reshape`. */
  readonly patch?: readonly Operation[];
  /** With a `status`: the header `Retry-After`, seconds or an HTTP date. */
  readonly retryAfter?: string;
  /** Hits only requests whose url or body contains this. */
  readonly match?: string;
};

export type Faults = {
  add(fault: Fault): void;
  clear(): void;
  list(): readonly Fault[];
  /** The fault that hits this call, used up by one. */
  take(provider: string, operation: string, request: string): Fault | undefined;
};

export function createFaults(): Faults {
  let faults: Fault[] = [];
  return {
    add: fault => void faults.push(fault),
    clear() {
      faults = [];
    },
    list: () => faults,
    take(provider, operation, request) {
      const hit = faults.find(
        fault => fault.provider === provider && fault.operation === operation && request.includes(fault.match ?? ''),
      );
      if (!hit) return undefined;
      faults = faults.flatMap(fault => {
        if (fault !== hit) return [fault];
        return hit.times > 1 ? [{ ...hit, times: hit.times - 1 }] : [];
      });
      return hit;
    },
  };
}
