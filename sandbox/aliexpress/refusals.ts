import { randomHex } from '../ids.ts';
import { Refusal } from '../operation.ts';

/** The gateway says no with HTTP 200; business errors of ds.order.create are ordinary results instead. */
export const refusal = (code: string, message: string, type: 'ISV' | 'ISP' | 'SYSTEM' = 'ISV'): Refusal =>
  new Refusal({ status: 200, body: errorResponse(code, message, type) });

export const missing = (name: string): Refusal =>
  refusal(
    'MissingParameter',
    `The input parameter “${name}” that is mandatory for processing this request is not supplied`,
  );

export const invalid = (name: string): Refusal =>
  refusal('InvalidParameter', `The specified value of “${name}” is not valid`);

const errorResponse = (code: string, message: string, type: string) => ({
  error_response: { type, code, msg: message, request_id: requestId() },
});

export const requestId = (): string => randomHex(28);

/** The body of an HTTP error that a fault asked for. */
export function faultBody(status: number) {
  if (status === 401)
    return errorResponse('IllegalAccessToken', 'The specified access token is invalid or expired', 'ISV');
  if (status === 429)
    return errorResponse(
      'ApiCallLimit',
      'The request has exceeded the call limit, this ban will last 1 seconds',
      'ISV',
    );
  return errorResponse('ServiceUnavailable', 'Remote service error', 'ISP');
}
