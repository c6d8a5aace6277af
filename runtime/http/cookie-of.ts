import type { IncomingMessage } from 'node:http';

/**
 * The value of a cookie. Two of one name are none: a neighbouring host can set a second one, and which of them is ours
 * nobody can tell.
 */
export function cookieOf({ headers }: Pick<IncomingMessage, 'headers'>, name: string): string | undefined {
  const values = (headers.cookie ?? '')
    .split(';')
    .map(part => part.trim())
    .filter(part => part.startsWith(`${name}=`));
  return values.length === 1 ? values[0]?.slice(name.length + 1) : undefined;
}
