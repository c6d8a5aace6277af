import { Refusal } from '../operation.ts';

type Category = 'REQUEST' | 'BUSINESS' | 'APPLICATION';

export const errorBody = (errorId: number, domain: string, category: Category, message: string) => ({
  errors: [{ errorId, domain, category, message, longMessage: message }],
});

export const refusal = (status: number, errorId: number, message: string, domain = 'API_FULFILLMENT'): Refusal =>
  new Refusal({ status, body: errorBody(errorId, domain, status >= 500 ? 'APPLICATION' : 'REQUEST', message) });

export const invalidToken = (): Refusal =>
  refusal(401, 1001, 'Invalid access token. Check the value of the Authorization HTTP request header.', 'OAuth');

export const accessDenied = (): Refusal =>
  refusal(403, 1100, 'Access denied. Insufficient permissions to fulfill the request.', 'ACCESS');

export const oauthRefusal = (status: number, error: string, error_description: string): Refusal =>
  new Refusal({ status, body: { error, error_description } });

/** The body of an HTTP error that a fault asked for. */
export function faultBody(status: number) {
  if (status === 401) return errorBody(1001, 'OAuth', 'REQUEST', 'Invalid access token');
  if (status === 429)
    return errorBody(2001, 'ACCESS', 'REQUEST', 'Too many requests. The request limit has been reached.');
  return errorBody(30500, 'API_FULFILLMENT', 'APPLICATION', 'System error.');
}
