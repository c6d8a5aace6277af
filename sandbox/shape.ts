/** A JSON object that somebody sent: nothing about it is known yet. */
export type Shape = Readonly<Record<string, unknown>>;

export const isShape = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const shapeAt = (shape: Shape, key: string): Shape => (isShape(shape[key]) ? shape[key] : {});

export const listAt = (shape: Shape, key: string): readonly unknown[] => (Array.isArray(shape[key]) ? shape[key] : []);

/** The text under the key; numbers count as text, as the lenient gateways read them. */
export function textAt(shape: Shape, key: string): string | undefined {
  const value = shape[key];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}
