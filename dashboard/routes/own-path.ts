const base = 'http://here';

/** An address that begins with two slashes, or a slash and a backslash, leads to another site. */
const isOurs = (path: string): boolean => /^\/(?![/\\])/.test(path) && URL.parse(path, base)?.origin === base;

/**
 * Where to go after the log-in: always a page of ours. The normalised address is checked, not only the requested one:
 * `/.//evil.example` becomes `//evil.example`.
 */
export function ownPath(next: unknown): string {
  if (typeof next !== 'string' || !URL.canParse(next, base)) return '/';
  const { origin, pathname, search } = new URL(next, base);
  const path = pathname + search;
  return origin === base && isOurs(path) ? path : '/';
}
