import { Refusal } from '../operation.ts';

export const errorBody = (error: string, description: string, code: number, subCode?: number) => ({
  error,
  error_description: description,
  error_details: { code, ...(subCode === undefined ? {} : { sub_code: subCode }), errors: [] },
});

export const refusal = (status: number, error: string, description: string, subCode?: number): Refusal =>
  new Refusal({ status, body: errorBody(error, description, status, subCode) });

export const payoutNotFound = (): Refusal => refusal(404, 'Not Found', 'Payout was not found', 2306);

const names: Record<number, string> = { 401: 'Unauthorized', 403: 'Forbidden' };

/** The body of an HTTP error that a fault asked for. */
export const faultBody = (status: number) =>
  errorBody(names[status] ?? 'Error', 'The request could not be processed', status);
