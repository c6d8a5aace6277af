import type Joi from 'joi';
import { parseExactly } from '../wire/exact-json.ts';

/** A notification that is not genuine or cannot be read. The code is stable, and safe to show and to count. */
export class WebhookRejected extends Error {
  override readonly name = 'WebhookRejected';
  /** Upper-case, with the provider as prefix: `PAYPAL_SIGNATURE_MISMATCH`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** Reads a body that anyone could have written. @throws WebhookRejected */
export function readNotification<T>(provider: string, schema: Joi.Schema<T>, rawBody: Buffer): T {
  const { value, error } = schema.required().validate(parse(provider, rawBody), { errors: { render: false } });
  if (!error) return value;
  const found = error.details.map(({ path, type }) => `${path.join('.')} ${type}`).join(', ');
  throw new WebhookRejected(`${provider}_NOTIFICATION_UNREADABLE`, found);
}

function parse(provider: string, rawBody: Buffer): unknown {
  try {
    return parseExactly(rawBody.toString('utf8'));
  } catch {
    throw new WebhookRejected(`${provider}_NOTIFICATION_UNREADABLE`, 'the body is not JSON');
  }
}
