import { Refusal } from '../operation.ts';

export const errorBody = (status: number, error: string, message: string) => ({ message, error, status, cause: [] });

export const refusal = (status: number, error: string, message: string): Refusal =>
  new Refusal({ status, body: errorBody(status, error, message) });

export const notFound = (message: string): Refusal => refusal(404, 'not_found', message);
export const forbidden = (): Refusal => refusal(403, 'forbidden', 'Invalid caller.id');

const names: Record<number, string> = {
  401: 'invalid_token',
  403: 'forbidden',
  404: 'not_found',
  429: 'too_many_requests',
};

/** The body of an HTTP error that a fault asked for. */
export const faultBody = (status: number) =>
  errorBody(status, names[status] ?? 'internal_error', names[status] ?? 'internal_error');
