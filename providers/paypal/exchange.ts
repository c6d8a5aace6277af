import type Joi from 'joi';
import { ask, type Call, callsTo, decode, succeeded } from '../gate/checked-call.ts';
import { withToken } from '../wire/application-token.ts';
import type { HttpAnswer, HttpRequest } from '../wire/http.ts';
import { refused } from './classify.ts';
import { createPayPalToken, type PayPalCredentials } from './token.ts';

export type Exchanges = ReturnType<typeof createExchange>;

/** Every call to PayPal: with our own token, in JSON, its answer classified and checked. */
export function createExchange(options: PayPalCredentials) {
  const token = createPayPalToken(options);
  const { reading, moving } = callsTo('paypal', options.gate);

  const exchange = (call: Call, { url, headers, ...request }: HttpRequest): Promise<HttpAnswer> =>
    withToken(token, accessToken =>
      ask(call, {
        ...request,
        url: options.baseUrl + url,
        headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json', ...headers },
      }),
    );

  function accept<T>(call: Call, answer: HttpAnswer, shape: Joi.Schema<T>): T {
    if (!succeeded(answer)) throw refused(call, answer);
    return decode(call, shape, answer.body);
  }

  const get = async <T>(call: Call, url: string, shape: Joi.Schema<T>): Promise<T> =>
    accept(call, await exchange(call, { method: 'GET', url }), shape);

  /** A POST whose repetition under the same request id PayPal recognises. */
  const send = (call: Call, url: string, data: string, requestId: string): Promise<HttpAnswer> => {
    const headers = { 'paypal-request-id': requestId, prefer: 'return=representation' };
    return exchange(call, { method: 'POST', url, data, headers });
  };

  const post = async <T>(call: Call, url: string, data: string, requestId: string, shape: Joi.Schema<T>): Promise<T> =>
    accept(call, await send(call, url, data, requestId), shape);

  return { reading, moving, exchange, accept, get, send, post };
}
