import express, { type RequestHandler } from 'express';
import { Problem } from './problem.ts';

export const bodyBytesMax = 256 * 1024;

/**
 * Refuses what no schema sees and no column holds: a key that would become the object's prototype (Joi's copy loses
 * it), U+0000, and halves of surrogate pairs.
 */
function refuseOddities(key: string, value: unknown): unknown {
  const texts = typeof value === 'string' ? [key, value] : [key];
  if (key === '__proto__' || texts.some(text => text.includes('\0') || !text.isWellFormed()))
    throw new SyntaxError('not text that can be stored');
  return value;
}

/** A body of another type would be passed over, and its sender told that every field is missing. */
const onlyJson: RequestHandler = (request, _response, next) => {
  const { 'content-length': length = '0', 'transfer-encoding': chunked } = request.headers;
  if ((chunked || length !== '0') && !request.is('application/json'))
    throw new Problem(415, 'UNSUPPORTED_MEDIA_TYPE', 'the body is read as application/json only');
  next();
};

export const jsonBody: RequestHandler[] = [onlyJson, express.json({ limit: bodyBytesMax, reviver: refuseOddities })];
