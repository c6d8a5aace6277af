import { setTimeout as sleep } from 'node:timers/promises';

export type Json = { readonly [key: string]: unknown };
export type Call = (method: string, path: string, body?: Json, headers?: Record<string, string>) => Promise<Json>;

const callTimeoutMs = 20_000;

/** The process answered with an error status. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  constructor(what: string, status: number, text: string) {
    super(`${what} answered ${status}: ${text.slice(0, 300)}`);
    this.status = status;
  }
}

/**
 * An outside caller that talks JSON to one of the processes. It repeats a call while the process restarts, so an
 * earlier attempt may have carried out the call before the answered one.
 */
export const talkTo =
  (base: string, standing: Record<string, string> = {}, patienceMs = 5_000): Call =>
  async (method, path, body, headers = {}) => {
    const end = Date.now() + patienceMs;
    for (;;) {
      const response = await fetch(base + path, {
        method,
        headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...standing, ...headers },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(callTimeoutMs),
      }).catch((error: unknown) => {
        if (Date.now() > end) throw error;
        return undefined;
      });
      if (response && (response.status !== 503 || Date.now() > end)) return read(response, `${method} ${path}`);
      await sleep(250);
    }
  };

async function read(response: Response, what: string): Promise<Json> {
  const text = await response.text();
  if (!response.ok) throw new Refused(what, response.status, text);
  return text === '' ? {} : JSON.parse(text);
}

/** Repeats an attempt while a process may be starting. @throws what the last attempt threw */
export async function patiently<T>(patienceMs: number, attempt: () => Promise<T>): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await sleep(250);
  }
}

/** Waits for a condition of the outside world. @throws when it does not come true */
export type Until = (what: string, holds: () => Promise<boolean>) => Promise<void>;

/** Waits until a fixed deadline, whether or not anything moves. */
export const untilWithin =
  (deadlineMs: number): Until =>
  async (what, holds) => {
    const end = Date.now() + deadlineMs;
    await lookAgain(async () => {
      if (await holds()) return true;
      if (Date.now() > end) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
      return false;
    });
  };

/** The pause between two looks: short at first, longer for a condition that takes long. */
const betweenLooks = { firstMs: 100, growth: 1.3, mostMs: 1_000 };

export async function lookAgain(isDone: () => Promise<boolean>): Promise<void> {
  const { firstMs, growth, mostMs } = betweenLooks;
  for (let ms = firstMs; !(await isDone()); ms = Math.min(ms * growth, mostMs)) await sleep(ms);
}
