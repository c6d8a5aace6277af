import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js';
import type { Exchange } from '../recorded-http.ts';
import { type Document, type Operation, type Parameter, resolve, type Schema } from './documents.ts';
import { sealed, sealedRef, wordless } from './sealed.ts';

/** Of every request, whatever it is about; the documents do not repeat them. */
const ordinaryHeaders = [
  'accept',
  'accept-encoding',
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'host',
  'user-agent',
];

const dateTime = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const formats = { uri: (text: string) => URL.canParse(text), 'date-time': dateTime, binary: true } as const;

type Place = { document: Document; path: string; operation: Operation; pathValues: Record<string, string> };

export type Judge = {
  /** What the provider's documents have against the request: empty when nothing. */
  request(exchange: Exchange): string[];
  /** What they have against the answer. */
  response(exchange: Exchange): string[];
};

/** How a provider tells that it refuses: by a schema of its own, or by numbers that a status may have. */
type Refusals = 'by schema' | 'by number';

/** Compares what went over the wire with what the provider documents. @param below where the sandbox serves it */
export function createJudge(
  documents: readonly Document[],
  { below, refusals }: { below: string; refusals: Refusals },
): Judge {
  const pathOf = (url: string): string => pathBelow(below, url);
  const strict = new Map(documents.map(document => [document.file, validators(sealed(document))]));
  const lenient = new Map(documents.map(document => [document.file, validators(wordless(document))]));

  function placeOf({ method, url }: Exchange): Place | undefined {
    const path = pathOf(url);
    const found = documents.flatMap(document =>
      Object.entries(document.paths).flatMap(([template, operations]) => {
        const operation = operations[method.toLowerCase()];
        const pathValues = operation && match(template, path);
        return operation && pathValues ? [{ document, path: template, operation, pathValues }] : [];
      }),
    );
    return found.toSorted((a, b) => Object.keys(a.pathValues).length - Object.keys(b.pathValues).length)[0];
  }

  function request(exchange: Exchange): string[] {
    const place = placeOf(exchange);
    if (!place) return [`${exchange.method} ${pathOf(exchange.url)} is not documented`];
    return [...againstParameters(place, exchange), ...againstBody(place, exchange)];
  }

  function againstParameters({ document, operation, pathValues }: Place, { url, headers }: Exchange): string[] {
    const parameters = (operation.parameters ?? []).map(parameter =>
      '$ref' in parameter ? resolve<Parameter>(document, parameter.$ref) : parameter,
    );
    const query = new URL(url, 'http://provider.example').searchParams;
    const sent: Record<Parameter['in'], Record<string, string>> = {
      query: Object.fromEntries(query),
      header: headers as Record<string, string>,
      path: pathValues,
      cookie: {},
    };
    const validate = lenient.get(document.file);
    const known = (place: Parameter['in']) =>
      parameters.filter(parameter => parameter.in === place).map(({ name }) => name.toLowerCase());
    const unknownHeaders = Object.keys(headers).filter(
      name => !ordinaryHeaders.includes(name) && !known('header').includes(name),
    );
    return [
      ...[...query.keys()]
        .filter(name => !known('query').includes(name))
        .map(name => `query ${name} is not documented`),
      ...unknownHeaders.map(name => `header ${name} is not documented`),
      ...parameters.flatMap(({ name, in: place, required, schema = {} }) => {
        const value = sent[place][place === 'header' ? name.toLowerCase() : name];
        if (value === undefined) return required ? [`${place} ${name} is missing`] : [];
        const wire = /^(integer|number)$/.test(String(schema.type)) ? Number(value) : value;
        return validate?.(schema, wire).map(problem => `${place} ${name}${problem}`) ?? [];
      }),
    ];
  }

  function againstBody({ document, operation }: Place, { requestBody, headers }: Exchange): string[] {
    const { requestBody: wanted } = operation;
    if (!wanted) return requestBody === '' || requestBody === '{}' ? [] : ['a body is not documented'];
    const [type, content] = Object.entries(wanted.content ?? {})[0] ?? ['', {}];
    if (requestBody === '') return wanted.required ? ['the body is missing'] : [];
    if (headers['content-type'] !== type) return [`the body is ${headers['content-type']} instead of ${type}`];
    const body: unknown = JSON.parse(requestBody);
    return strict.get(document.file)?.(sealedRef(document, content.schema ?? {}), body) ?? [];
  }

  function response(exchange: Exchange): string[] {
    const place = placeOf(exchange);
    if (!place) return [];
    const { document, operation } = place;
    if (exchange.status >= 400 && refusals === 'by number') return againstNumbers(place, exchange);
    const given = operation.responses[exchange.status] ?? operation.responses.default;
    if (!given) return [`status ${exchange.status} is not documented`];
    const { content } = given.$ref ? resolve<typeof given>(document, given.$ref) : given;
    const schema = Object.values(content ?? {})[0]?.schema;
    if (!schema) return exchange.responseBody === '' ? [] : ['a body is not documented'];
    const body: unknown = JSON.parse(exchange.responseBody);
    // What a refusal may say besides is not told by the documents; what an answer holds is.
    if (exchange.status >= 400) return lenient.get(document.file)?.(schema, body) ?? [];
    return strict.get(document.file)?.(sealedRef(document, schema), body) ?? [];
  }

  /** eBay documents for each status the numbers that it may carry, and one form for all of them. */
  function againstNumbers({ document, operation }: Place, { status, responseBody }: Exchange): string[] {
    const { errors = [] } = JSON.parse(responseBody || '{}') as { errors?: { errorId: number; domain: string }[] };
    const [first] = errors;
    if (!first) return [`status ${status} carries no error`];
    const shape = sealedRef(document, { $ref: '#/components/schemas/Error' });
    const problems = strict.get(document.file)?.(shape, first) ?? [];
    if (everywhere[status]?.includes(first.errorId)) return problems;
    const known = operation.responses[status]?.['x-response-codes']?.errors?.[first.errorId];
    if (!known) return [...problems, `status ${status} with ${first.errorId} is not documented`];
    return known.domain === first.domain ? problems : [...problems, `${first.errorId} is of domain ${known.domain}`];
  }

  return { request, response };
}

/** From the provider's host on. */
export function pathBelow(below: string, url: string): string {
  const { pathname } = new URL(url, 'http://provider.example');
  return pathname.startsWith(below) ? pathname.slice(below.length) : pathname;
}

/** Of every call, whatever it is about; the documents do not repeat them: tokens, scopes, limits. */
const everywhere: Readonly<Record<string, readonly number[]>> = { 401: [1001], 403: [1100], 429: [2001] };

function match(template: string, path: string): Record<string, string> | undefined {
  const [names, parts] = [template.split('/'), path.split('/')];
  if (names.length !== parts.length) return undefined;
  const values: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const part = decodeURIComponent(parts[index] ?? '');
    if (name.startsWith('{')) values[name.slice(1, -1)] = part;
    else if (name !== part) return undefined;
  }
  return values;
}

/** Checks values against schemas of one document. */
function validators(document: Document): (schema: Schema, value: unknown) => string[] {
  const ajv = new Ajv2019({ strict: false, allErrors: true, formats, unicodeRegExp: false, logger: false });
  ajv.addSchema({ components: document.components }, document.file);
  const compiled = new Map<string, ValidateFunction>();

  return (schema, value) => {
    const key = JSON.stringify(schema);
    const validate = compiled.get(key) ?? ajv.compile(absolute(schema, document.file));
    compiled.set(key, validate);
    if (validate(value)) return [];
    return [
      ...new Set(
        (validate.errors ?? []).map(({ instancePath, message, params }) => {
          const extra = 'unevaluatedProperty' in params ? ` (${params.unevaluatedProperty})` : '';
          return ` ${instancePath} ${message}${extra}`;
        }),
      ),
    ];
  };
}

/** A schema on its own does not know the document that its references mean. */
const absolute = (schema: Schema, file: string): Schema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${file}#/`)) as Schema;
