import { setTimeout as delay } from 'node:timers/promises';
import type { Request, RequestHandler, Response } from 'express';
import { applyPatch, type Operation } from 'rfc6902';
import type { Fault } from './faults.ts';
import { readVerbatim, toJson } from './json.ts';
import type { World } from './world.ts';

/** One request to a provider, as it came over the wire. */
export type Call = {
  readonly method: string;
  /** Below the provider's base URL. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly text: string;
  /** Lower-case content type without parameters; empty when none was sent. */
  readonly contentType: string;
  header(name: string): string | undefined;
  /** A parameter of the route's path. */
  param(name: string): string;
};

export type Answer = {
  readonly status: number;
  /** Written as JSON. */
  readonly body?: unknown;
  /** Written as it is, for the few answers that are no JSON. */
  readonly text?: string;
  /** A page for people. */
  readonly html?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Thrown by whatever checks a call: the provider's own way of saying no. Nothing has been performed then. */
export class Refusal extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.name = 'Refusal';
    this.answer = answer;
  }
}

/**
 * Synchronous, so that two calls never interleave: what it checks is still true when it acts. Only where a provider asks
 * back before it answers does it wait.
 */
export type Perform = (call: Call) => Answer;
export type PerformLater = (call: Call) => Promise<Answer>;

/** Mounts an operation under its name, so that faults can be aimed at it. */
export type Mount = (operation: string | ((call: Call) => string), perform: Perform | PerformLater) => RequestHandler;

const slowByDefaultMs = 3000;

/** @param faultBody what the provider puts in the body of an HTTP error. */
export function createMount(world: World, provider: string, faultBody: (status: number) => unknown): Mount {
  return (operation, perform) => async (request, response) => {
    const text = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
    const call: Call = {
      method: request.method,
      path: request.path,
      query: new URLSearchParams(request.url.split('?')[1] ?? ''),
      text,
      contentType: (request.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase(),
      header: name => request.header(name),
      param: name => String(request.params[name]),
    };
    const name = typeof operation === 'string' ? operation : operation(call);
    const fault = world.faults.take(provider, name, searchable(request.originalUrl, call));

    if (fault?.kind === 'timeout') return world.hang(response);
    if (fault?.kind === 'status') {
      const status = fault.status ?? 503;
      const headers = fault.retryAfter === undefined ? {} : { 'Retry-After': fault.retryAfter };
      return send(response, { status, body: faultBody(status), headers });
    }
    if (fault?.kind === 'answer') return sendVerbatim(response, fault);
    if (fault?.kind === 'echo') {
      const status = fault.status ?? 400;
      return send(response, { status, body: withEcho(faultBody(status), heardOf(request, text)) });
    }
    await sendWith(fault, response, await performed(world, call, perform));
  };
}

/** What the caller sent, as a careless server would repeat it: the worst first, because readers cut long messages. */
function heardOf({ method, originalUrl, headers }: Request, text: string): string {
  const fields = [...new URLSearchParams(text)].filter(([name]) => /session|token|secret|sign|code/i.test(name));
  return [headers.authorization, ...fields.map(([, value]) => value), `${method} ${originalUrl}`, text]
    .filter(Boolean)
    .join(' ');
}

const messageKeys = /message|msg|description|issue$|^error$/i;

function withEcho(body: unknown, heard: string): unknown {
  if (Array.isArray(body)) return body.map(item => withEcho(item, heard));
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [
      key,
      typeof value === 'string' && messageKeys.test(key) ? `${value}: you sent ${heard}` : withEcho(value, heard),
    ]),
  );
}

/** What a fault's `match` is looked for in: the url and the body, a form also decoded. */
function searchable(url: string, { text, contentType }: Call): string {
  const form = contentType === 'application/x-www-form-urlencoded' ? [...new URLSearchParams(text)].flat() : [];
  return [url, text, ...form].join('\n');
}

async function performed(world: World, call: Call, perform: Perform | PerformLater): Promise<Answer> {
  try {
    return await perform(call);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  } finally {
    if (call.method !== 'GET') world.save();
  }
}

async function sendWith(fault: Fault | undefined, response: Response, answer: Answer): Promise<void> {
  if (fault?.kind === 'drop-reply') return void response.socket?.destroy();
  if (fault?.kind === 'malformed') {
    const text = answer.html ?? answer.text ?? toJson(answer.body ?? {});
    return void response
      .status(answer.status)
      .type('json')
      .send(text.slice(0, Math.ceil(text.length / 2)));
  }
  if (fault?.kind === 'slow') await delay(fault.delayMs ?? slowByDefaultMs, undefined, { ref: false });
  send(response, fault?.kind === 'reshape' ? reshaped(answer, fault.patch ?? []) : answer);
}

/** @throws when the patch does not fit the answer: a scenario that reshapes nothing proves nothing */
function reshaped(answer: Answer, patch: readonly Operation[]): Answer {
  const body = readVerbatim(toJson(answer.body ?? {}));
  const failed = applyPatch(body, [...patch]).find(error => error !== null);
  if (failed) throw failed;
  return { ...answer, body };
}

function sendVerbatim(response: Response, { status = 200, body = {} }: Fault): void {
  response
    .status(status)
    .type('json')
    .send(typeof body === 'string' ? body : toJson(body));
}

function send(response: Response, { status, body, text, html, headers = {} }: Answer): void {
  response.status(status).set(headers);
  if (html !== undefined) return void response.type('html').send(html);
  if (text !== undefined) response.type('text').send(text);
  else if (body === undefined) response.end();
  else response.type('json').send(toJson(body));
}
