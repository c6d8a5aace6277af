import { randomHex } from '../ids.ts';
import { Refusal } from '../operation.ts';

export type Detail = {
  readonly field?: string;
  readonly value?: string;
  readonly location?: 'body' | 'path' | 'header' | 'query';
  readonly issue: string;
  readonly description?: string;
};

export type Link = { readonly href: string; readonly rel: string; readonly method: string };

const messages: Record<string, string> = {
  INVALID_REQUEST: 'Request is not well-formed, syntactically incorrect, or violates schema.',
  VALIDATION_ERROR: 'Invalid request - see details',
  AUTHENTICATION_FAILURE:
    'Authentication failed due to invalid authentication credentials or a missing Authorization header.',
  AUTHORIZATION_ERROR: 'Authorization error occurred',
  NOT_AUTHORIZED: 'Authorization failed due to insufficient permissions.',
  RESOURCE_NOT_FOUND: 'The specified resource does not exist.',
  RESOURCE_CONFLICT: 'The server has detected a conflict while processing this request.',
  UNSUPPORTED_MEDIA_TYPE: 'The server does not support the request payload’s media type.',
  UNPROCESSABLE_ENTITY:
    'The requested action could not be performed, semantically incorrect, or failed business validation.',
  RATE_LIMIT_REACHED: 'Too many requests. Blocked due to rate limiting.',
  INTERNAL_SERVER_ERROR: 'An internal server error has occurred.',
  SERVICE_UNAVAILABLE: 'Service Unavailable.',
  USER_BUSINESS_ERROR: 'User business error.',
  WEBHOOK_URL_ALREADY_EXISTS: 'Webhook URL already exists',
  WEBHOOK_NUMBER_LIMIT_EXCEEDED: 'Number of webhooks exceeds the maximum of 10',
  INSUFFICIENT_FUNDS: 'Sender does not have sufficient funds. Please add funds and retry.',
};

export function errorBody(name: string, details: readonly Detail[] = [], links: readonly Link[] = []) {
  return { name, message: messages[name] ?? name, debug_id: randomHex(13), details, links };
}

export function refusal(
  status: number,
  name: string,
  details: readonly Detail[] = [],
  links: readonly Link[] = [],
): Refusal {
  const body = errorBody(name, details, links);
  return new Refusal({ status, body, headers: { 'Paypal-Debug-Id': body.debug_id } });
}

/** 400: the shape is wrong. */
export const invalidRequest = (issue: string, field: string, description?: string): Refusal =>
  refusal(400, 'INVALID_REQUEST', [
    { field, location: field.startsWith('/') ? 'body' : 'header', issue, ...(description ? { description } : {}) },
  ]);

/** 422: the shape is right, the business is not. */
export const unprocessable = (issue: string, field?: string): Refusal =>
  refusal(422, 'UNPROCESSABLE_ENTITY', [{ ...(field ? { field, location: 'body' } : {}), issue, description: issue }]);

export const notFound = (field: string): Refusal =>
  refusal(404, 'RESOURCE_NOT_FOUND', [{ field, location: 'path', issue: 'INVALID_RESOURCE_ID' }]);

const namesByStatus: Record<number, string> = {
  400: 'INVALID_REQUEST',
  401: 'AUTHENTICATION_FAILURE',
  403: 'NOT_AUTHORIZED',
  404: 'RESOURCE_NOT_FOUND',
  409: 'RESOURCE_CONFLICT',
  422: 'UNPROCESSABLE_ENTITY',
  429: 'RATE_LIMIT_REACHED',
  500: 'INTERNAL_SERVER_ERROR',
  503: 'SERVICE_UNAVAILABLE',
};

/** The body of an HTTP error that a fault asked for. */
export const faultBody = (status: number) => errorBody(namesByStatus[status] ?? 'INTERNAL_SERVER_ERROR');
