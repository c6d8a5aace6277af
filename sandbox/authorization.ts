import type { Call } from './operation.ts';

/** The token of `Authorization: Bearer …`. */
export function bearerOf(call: Call): string | undefined {
  return /^Bearer ([\w.~+/#=^-]+)$/i.exec(call.header('authorization') ?? '')?.[1];
}

/** Whether `Authorization: Basic …` holds exactly this client. */
export function hasBasic(call: Call, clientId: string, clientSecret: string): boolean {
  const encoded = /^Basic ([\w+/=]+)$/i.exec(call.header('authorization') ?? '')?.[1];
  return encoded !== undefined && Buffer.from(encoded, 'base64').toString('utf8') === `${clientId}:${clientSecret}`;
}

/** The form of a token request; undefined when the body is not form-encoded. */
export function formOf(call: Call): URLSearchParams | undefined {
  return call.contentType === 'application/x-www-form-urlencoded' ? new URLSearchParams(call.text) : undefined;
}
