import type { IncomingMessage } from 'node:http';

/**
 * The value of a cookie. Two cookies of one name count as none: a neighbouring host can set a second one, and nobody
 * can tell which is ours.
 */
export function cookieOf({ headers }: Pick<IncomingMessage, 'headers'>, name: string): string | undefined {
  const values = (headers.cookie ?? '')
    .split(';')
    .map(part => part.trim())
    .filter(part => part.startsWith(`${name}=`));
  return values.length === 1 ? values[0]?.slice(name.length + 1) : undefined;
}
