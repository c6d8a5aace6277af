import type { HttpAnswer, HttpRequest } from './http.ts';

/** Names under which a request carries secrets. */
const secretName = /secret|token|session|password|verifier|assertion|app_id|api_?key|^code$|^sign$/i;
/** Shorter texts may be words: taking them out of an answer would change its meaning. */
const lengthMin = 8;
const taken = '[redacted]';

/**
 * A provider's error may repeat what we sent, headers included, and its message ends in a timeline. So the secrets of
 * the request are taken out of the answer before anything reads it. In a success a value that is a secret as a whole is
 * kept: a refreshed token may equal the one that was sent.
 */
export function withoutOurSecrets(request: HttpRequest, answer: HttpAnswer): HttpAnswer {
  const succeeded = answer.status >= 200 && answer.status < 300;
  let { body } = answer;
  for (const secret of secretsOf(request).flatMap(writings)) {
    const found = RegExp.escape(secret);
    body = body.replace(new RegExp(succeeded ? `(?<!")${found}|${found}(?!")` : found, 'g'), taken);
  }
  return body === answer.body ? answer : { ...answer, body };
}

function secretsOf({ headers = {}, url, data = '' }: HttpRequest): string[] {
  const inHeaders = Object.entries(headers).flatMap(([name, value]) =>
    /^authorization$/i.test(name) ? ofAuthorization(value) : secretName.test(name) ? [value] : [],
  );
  const inQuery = named(new URL(url).searchParams.entries());
  return [...new Set([...inHeaders, ...inQuery, ...ofBody(data)])]
    .filter(text => text.length >= lengthMin && !isPublicNumber(text))
    .toSorted((a, b) => b.length - a.length);
}

/** MercadoLibre's `app_id` is the number of our application, which stands in every notification, as a bare number. */
const isPublicNumber = (text: string): boolean => /^\d+$/.test(text);

function ofAuthorization(value: string): string[] {
  const [scheme = '', credentials = ''] = value.split(' ');
  if (!/^basic$/i.test(scheme)) return [credentials];
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  return [credentials, pair.slice(pair.indexOf(':') + 1)];
}

/** A form or a JSON object, whose secrets are all at its top level. */
function ofBody(data: string): string[] {
  if (!data.startsWith('{')) return named(new URLSearchParams(data).entries());
  return named(Object.entries(JSON.parse(data) as Record<string, unknown>));
}

const named = (fields: Iterable<[string, unknown]>): string[] =>
  [...fields].flatMap(([name, value]) => (secretName.test(name) && typeof value === 'string' ? [value] : []));

/** As it is, in a URL, and with the slashes that some write in JSON. */
const writings = (secret: string): string[] => [
  ...new Set([secret, encodeURIComponent(secret), secret.replaceAll('/', '\\/')]),
];
