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

/** What eBay says that it refuses with, by its own numbers. */
type RefusalCodes = { readonly errors?: Record<string, { readonly domain: string; readonly category: string }> };

export type Operation = {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: Body;
  readonly responses: Record<string, Body & { readonly $ref?: string; readonly 'x-response-codes'?: RefusalCodes }>;
};

export type Document = {
  readonly file: string;
  readonly openapi: string;
  readonly servers?: readonly { readonly variables?: { readonly basePath?: { readonly default: string } } }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: Record<string, Record<string, Schema>>;
};

const beside = (folder: string): string => fileURLToPath(new URL(`../../../../shared/${folder}`, import.meta.url));

/** Published under Apache-2.0 and under eBay's API licence; they are read where they lie and are no part of the project. */
export const documentsFolders = {
  paypal: process.env.PAYPAL_OPENAPI_DIR ?? beside('reference/openapi'),
  ebay: process.env.EBAY_OPENAPI_DIR ?? beside('reference/openapi/ebay'),
} as const;

/** A provider's OpenAPI documents, their paths from its host on; `undefined` where they are absent. */
export function readDocuments(provider: keyof typeof documentsFolders): Document[] | undefined {
  const folder = documentsFolders[provider];
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .filter(file => file.endsWith('.json'))
    .map(file => {
      const document = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Document;
      const basePath = document.servers?.[0]?.variables?.basePath?.default ?? '';
      const paths = Object.entries(document.paths).map(([path, operations]) => [basePath + path, operations]);
      return { ...document, file, paths: Object.fromEntries(paths) };
    });
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
