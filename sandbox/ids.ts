import { randomInt } from 'node:crypto';

const draw = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

/** Like PayPal's: `5O190127TN364715T`. */
export const randomCode = (length: number): string => draw('ABCDEFGHJKLMNPQRSTUVWXYZ0123456789', length);

export const randomDigits = (length: number): string => draw('0123456789', length);

export const randomHex = (length: number): string => draw('0123456789abcdef', length);
