import type { RequestHandler } from 'express';

/** By these every machine reaches itself, and no page from elsewhere can be asked for. */
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

const hostnameOf = (host: string): string => URL.parse(`http://${host}`)?.hostname ?? '';

/**
 * Answers only to its own names: a page in a developer's browser whose name was made to lead here could else read
 * every token. @param names besides those of the machine itself
 */
export const ownHosts =
  (names: readonly string[]): RequestHandler =>
  (request, response, next) => {
    const asked = request.headersDistinct.host ?? [];
    const [name = ''] = asked.map(hostnameOf);
    if (asked.length === 1 && (loopback.test(name) || names.includes(name))) return next();
    response
      .status(421)
      .json({ error: `the sandbox is not called ${name || 'so'}: set SANDBOX_URL to what it is called` });
  };
