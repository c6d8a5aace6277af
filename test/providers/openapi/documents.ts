import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A piece of JSON Schema, as OpenAPI 3.0 has it. */
export type Schema = { readonly [keyword: string]: unknown };

export type Parameter = {
  readonly name: string;
  readonly in: 'query' | 'header' | 'path' | 'cookie';
  readonly required?: boolean;
  readonly schema?: Schema;
};

type Body = { readonly required?: boolean; readonly content?: Record<string, { readonly schema?: Schema }> };

export type Operation = {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: Body;
  readonly responses: Record<string, Body & { readonly $ref?: string }>;
};

export type Document = {
  readonly file: string;
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: Record<string, Record<string, Schema>>;
};

/** PayPal publishes them under Apache-2.0; they are read where they lie and are no part of the project. */
export const documentsFolder =
  process.env.PAYPAL_OPENAPI_DIR ?? fileURLToPath(new URL('../../../../shared/reference/openapi', import.meta.url));

/** PayPal's OpenAPI documents; `undefined` where they are absent. */
export function readDocuments(): Document[] | undefined {
  if (!existsSync(documentsFolder)) return undefined;
  return readdirSync(documentsFolder)
    .filter(file => file.endsWith('.json'))
    .map(file => ({ ...(JSON.parse(readFileSync(join(documentsFolder, file), 'utf8')) as Document), file }));
}

/** What `#/components/…` points at. */
export function resolve<Found>(document: Document, ref: string): Found {
  const found = ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key.replaceAll('~1', '/')], document);
  if (found === undefined) throw new Error(`${document.file} has no ${ref}`);
  return found as Found;
}
