import { type Document, resolve, type Schema } from './documents.ts';

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The document with every object closed: a property that it does not name is one that PayPal would not read. Closed is
 * where a value stands (a body, a property, an element), because parts that are joined by `allOf` do not know of each
 * other's properties.
 */
export function sealed(document: Document): Document {
  const sealedPart = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(sealedPart);
    if (!isSchema(part)) return part;
    return Object.fromEntries(
      Object.entries(part).map(([keyword, value]) => {
        if (keyword === 'properties' && isSchema(value))
          return [keyword, Object.fromEntries(Object.entries(value).map(([name, s]) => [name, closed(s)]))];
        return [keyword, keyword === 'items' ? closed(value) : sealedPart(value)];
      }),
    );
  };
  const closed = (schema: unknown): unknown =>
    isSchema(schema) && namesProperties(document, schema)
      ? { allOf: [sealedPart(schema)], unevaluatedProperties: false }
      : sealedPart(schema);
  return { ...document, components: sealedPart(document.components) as Document['components'] };
}

export const sealedRef = (document: Document, schema: Schema): Schema =>
  namesProperties(document, schema) ? { allOf: [schema], unevaluatedProperties: false } : schema;

/** An object of which nothing is said may hold anything. */
function namesProperties(document: Document, schema: Schema, seen: readonly Schema[] = []): boolean {
  if (seen.includes(schema)) return false;
  if (isSchema(schema.properties)) return true;
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap(keyword => (schema[keyword] as Schema[] | undefined) ?? []);
  const target = typeof schema.$ref === 'string' ? [resolve<Schema>(document, schema.$ref)] : [];
  return [...parts, ...target].some(part => namesProperties(document, part, [...seen, schema]));
}

/** The document without the wording of its refusals: the sandbox explains an issue in words of its own. */
export function wordless(document: Document): Document {
  const withoutWords = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(withoutWords);
    if (!isSchema(part)) return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, value]) =>
        key === 'description' && isSchema(value) && Array.isArray(value.enum)
          ? [key, { type: 'string' }]
          : [key, withoutWords(value)],
      ),
    );
  };
  return { ...document, components: withoutWords(document.components) as Document['components'] };
}
