import Joi from 'joi';

/** One AES-256 key and the name under which sealed values remember it. */
export type EncryptionKey = { readonly id: string; readonly key: Buffer };

const keyPattern = /^(?<id>[A-Za-z0-9_-]{1,32}):(?<encoded>[A-Za-z0-9+/]{43}=)$/;

/** `new:base64,old:base64`: the first key encrypts, all of them decrypt, so a key can change while the system runs. */
function parseEncryptionKeys(text: string): EncryptionKey[] {
  const keys = text.split(',').map(entry => {
    const { id, encoded } = keyPattern.exec(entry.trim())?.groups ?? {};
    if (!id || !encoded) throw new Error('must be keyId:base64 of 32 bytes, older keys after a comma');
    return { id, key: Buffer.from(encoded, 'base64') };
  });
  if (new Set(keys.map(({ id }) => id)).size !== keys.length) throw new Error('names a key twice');
  return keys;
}

/** The messages never repeat a value: they end in logs. */
export const sessionVariables = () => ({
  JWT_SECRET: Joi.string()
    .min(32, 'utf8')
    .required()
    .messages({ 'string.min': '{#label} must be at least 32 bytes' })
    .description('Signs the sessions of the api and the dashboard. A new one ends every session.'),
});

export const sealVariables = () => ({
  ENCRYPTION_KEY: Joi.string()
    .required()
    .custom(parseEncryptionKeys)
    .messages({ 'any.custom': '{#label} {#error.message}' })
    .description(
      'Seals the tokens and passwords that are stored, and all that names a buyer: `keyId:base64` of 32 bytes. Older keys ' +
        'follow after commas; the first key seals, and every key opens.',
    ),
});

export type SessionValues = { JWT_SECRET: string };
export type SealValues = { ENCRYPTION_KEY: readonly EncryptionKey[] };

export const sessionSettings = (values: SessionValues) => ({ jwtSecret: values.JWT_SECRET });
export const sealSettings = (values: SealValues) => ({ encryptionKeys: values.ENCRYPTION_KEY });
