import express, { type Request, type RequestHandler, Router } from 'express';
import type { Logger } from '../../runtime/logger.ts';
import type { Limit } from '../../store/database/request-limits.ts';
import { Problem } from './problem.ts';
import { countRefusals } from './throttle-refused-requests.ts';

/** No call needs more: an address at its longest is some 4 KiB. */
export const bodyBytesMax = 16 * 1024;

/** Only a text that matches can hold what `refuseOddities` refuses: the name itself, or escapes that may spell it. */
const perhapsOdd = /__proto__|\\u(?:0000|005f|0070|0072|006f|0074|d[89a-f])/i;

/**
 * Refuses what schemas do not see and columns cannot hold: a key that would become the object's prototype (Joi's copy
 * loses it), U+0000, and halves of surrogate pairs.
 */
function refuseOddities(key: string, value: unknown): unknown {
  const texts = typeof value === 'string' ? [key, value] : [key];
  if (key === '__proto__' || texts.some(text => text.includes('\0') || !text.isWellFormed()))
    throw new SyntaxError('not text that can be stored');
  return value;
}

/** Checking each value costs more than parsing all of them, so only a text that may hold something odd is checked. */
function assertStorable(_request: unknown, _response: unknown, body: Buffer): void {
  const text = new TextDecoder().decode(body);
  if (!perhapsOdd.test(text)) return;
  try {
    JSON.parse(text, refuseOddities);
  } catch {
    throw new Problem(400, 'INVALID_BODY', 'the body cannot be read');
  }
}

const charsetOf = (request: Request): string =>
  /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(request.headers['content-type'] ?? '')?.[1] ?? 'utf-8';

/**
 * A body of another type would be ignored, and the answer would be that every field is missing. JSON is UTF-8 (RFC
 * 8259, section 8.1): in another charset the text that is checked would not be the text that is read.
 */
const onlyJson: RequestHandler = (request, _response, next) => {
  const { 'content-length': length = '0', 'transfer-encoding': chunked } = request.headers;
  const isJson = request.is('application/json') && /^utf-?8$/i.test(charsetOf(request));
  if ((chunked || length !== '0') && !isJson)
    throw new Problem(415, 'UNSUPPORTED_MEDIA_TYPE', 'the body is read as application/json in UTF-8 only');
  next();
};

const isRefusedBody = (error: unknown): boolean =>
  error instanceof Error && 'status' in error && [400, 413, 415].includes(Number(error.status));

/** Reads a body of JSON. A caller who sends many unreadable ones is told to wait. */
export const jsonBody = (limit: Limit, log: Logger): Router =>
  Router()
    .use(onlyJson, express.json({ limit: bodyBytesMax, verify: assertStorable }))
    .use(countRefusals({ limit, log, isRefusal: isRefusedBody }));
