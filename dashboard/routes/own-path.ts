const base = 'http://here';

/** An address that begins with two slashes, or a slash and a backslash, names another site. */
const isOurs = (path: string): boolean => /^\/(?![/\\])/.test(path) && URL.parse(path, base)?.origin === base;

/**
 * Where to go after the log-in: a page of ours, whatever the address says. What the browser is told is judged, and not
 * only what was asked for: put in order, `/.//evil.example` is `//evil.example`.
 */
export function ownPath(next: unknown): string {
  if (typeof next !== 'string' || !URL.canParse(next, base)) return '/';
  const { origin, pathname, search } = new URL(next, base);
  const path = pathname + search;
  return origin === base && isOurs(path) ? path : '/';
}
