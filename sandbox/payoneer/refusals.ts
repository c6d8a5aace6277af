import { Refusal } from '../operation.ts';

export const errorBody = (error: string, description: string, code: number, subCode?: number) => ({
  error,
  error_description: description,
  error_details: { code, ...(subCode === undefined ? {} : { sub_code: subCode }), errors: [] },
});

export const refusal = (status: number, error: string, description: string, subCode?: number): Refusal =>
  new Refusal({ status, body: errorBody(error, description, status, subCode) });

export const payoutNotFound = (): Refusal => refusal(404, 'Not Found', 'Payout was not found', 2306);

/** The body of an HTTP error that a fault asked for. */
export const faultBody = (status: number) => errorBody('Error', 'The request could not be processed', status);
