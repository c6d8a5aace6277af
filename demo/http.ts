import { setTimeout as sleep } from 'node:timers/promises';

export type Json = { readonly [key: string]: unknown };
export type Call = (method: string, path: string, body?: Json, headers?: Record<string, string>) => Promise<Json>;

const callTimeoutMs = 20_000;
const triesMax = 20;

/** Somebody outside, talking JSON to one of the processes; a process that is just being restarted is tried again. */
export const talkTo =
  (base: string, standing: Record<string, string> = {}): Call =>
  async (method, path, body, headers = {}) => {
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(base + path, {
        method,
        headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...standing, ...headers },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(callTimeoutMs),
      }).catch((error: unknown) => {
        if (attempt === triesMax) throw error;
        return undefined;
      });
      if (response && (response.status !== 503 || attempt === triesMax)) return read(response, `${method} ${path}`);
      await sleep(250);
    }
  };

async function read(response: Response, what: string): Promise<Json> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${what} answered ${response.status}: ${text.slice(0, 300)}`);
  return text === '' ? {} : JSON.parse(text);
}

/** Waits for a condition of the outside world. @throws at the deadline */
export async function until(what: string, deadlineMs: number, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
    await sleep(100);
  }
}
