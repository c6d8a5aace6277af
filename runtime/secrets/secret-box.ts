import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { EncryptionKey } from '../config.ts';

/**
 * Seals secrets for storage with AES-256-GCM. A sealed value is the text `v1.keyId.iv.tag.ciphertext` (the last three
 * base64url) and opens only in the context it was sealed for, so a row's secret cannot be moved to another row.
 */
export type SecretBox = {
  /** Seals with the first key. The context names the place: `api_credentials/42/production`. */
  seal(plaintext: string, context: string): string;
  /** @throws SecretBoxError, never an empty or a partial text */
  open(sealed: string | SealedText, context: string): string;
};

/** The parts of a sealed text. */
export type SealedText = { readonly keyId: string; readonly iv: string; readonly tag: string; readonly body: string };

export type SecretBoxErrorCode = 'SEALED_TEXT_MALFORMED' | 'SEALED_WITH_UNKNOWN_KEY' | 'SEALED_TEXT_REFUSED';

export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';
  readonly code: SecretBoxErrorCode;

  constructor(code: SecretBoxErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

const cipher = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;
const sealedPattern = /^v1\.(?<keyId>[\w-]{1,32})\.(?<iv>[\w-]{16})\.(?<tag>[\w-]{22})\.(?<body>[\w-]*)$/;

/** The parts of a sealed text; undefined where the text has another form. It may be megabytes, and is read once. */
export function readSealed(text: string): SealedText | undefined {
  const { keyId, iv, tag, body } = sealedPattern.exec(text)?.groups ?? {};
  if (keyId === undefined || iv === undefined || tag === undefined || body === undefined) return undefined;
  return { keyId, iv, tag, body };
}

export function createSecretBox(keys: readonly EncryptionKey[]): SecretBox {
  const [current] = keys;
  if (!current) throw new Error('a secret box needs a key');
  const byId = new Map(keys.map(({ id, key }) => [id, key]));

  return {
    seal(plaintext, context) {
      const iv = randomBytes(ivBytes);
      const sealing = createCipheriv(cipher, current.key, iv, { authTagLength: tagBytes });
      sealing.setAAD(boundTo(current.id, context));
      const body = Buffer.concat([sealing.update(plaintext, 'utf8'), sealing.final()]);
      const parts = [iv, sealing.getAuthTag(), body].map(part => part.toString('base64url'));
      return ['v1', current.id, ...parts].join('.');
    },

    open(sealed, context) {
      const parts = typeof sealed === 'string' ? readSealed(sealed) : sealed;
      if (!parts) throw new SecretBoxError('SEALED_TEXT_MALFORMED', 'not v1.keyId.iv.tag.ciphertext');
      const { keyId, iv, tag, body } = parts;
      const key = byId.get(keyId);
      if (!key) throw new SecretBoxError('SEALED_WITH_UNKNOWN_KEY', `no key named ${keyId} in ENCRYPTION_KEY`);
      const opening = createDecipheriv(cipher, key, Buffer.from(iv, 'base64url'), { authTagLength: tagBytes });
      opening.setAAD(boundTo(keyId, context)).setAuthTag(Buffer.from(tag, 'base64url'));
      try {
        return Buffer.concat([opening.update(Buffer.from(body, 'base64url')), opening.final()]).toString('utf8');
      } catch {
        throw new SecretBoxError('SEALED_TEXT_REFUSED', `changed, or sealed elsewhere than ${context}`);
      }
    },
  };
}

/** What is authenticated beside the ciphertext. */
const boundTo = (keyId: string, context: string) => Buffer.from(`v1.${keyId}.${context}`, 'utf8');
