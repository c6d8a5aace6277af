import express, { type RequestHandler } from 'express';
import { Refusal } from './refusal.ts';

/** U+0000 in an address or a form; Postgres text cannot hold it. */
const nul = /%00|\0/;

function assertStorable(text: string): void {
  if (nul.test(text)) throw new Refusal(400, 'This request cannot be read.');
}

/** Runs before every page, because an address is searched for and stored. */
export const storableAddress: RequestHandler = (request, _response, next) => {
  assertStorable(request.originalUrl);
  next();
};

/** The fields that a form of ours sends. */
export const form = express.urlencoded({
  extended: false,
  limit: 8_192,
  verify: (_request, _response, body) => assertStorable(body.toString('latin1')),
});
