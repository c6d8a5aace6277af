/** Fields of an event's body. No field is guaranteed, so each is read with a type check. */
type Fields = Readonly<Record<string, unknown>>;
export type ReadEvent = { readonly type: string; readonly resource: Fields };

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

export const text = (fields: Fields | undefined, key: string): string | undefined =>
  typeof fields?.[key] === 'string' ? fields[key] : undefined;

export const object = (fields: Fields, key: string): Fields | undefined =>
  isObject(fields[key]) ? fields[key] : undefined;

/** The id of the capture that a refund belongs to, from the refund's `up` link. */
export function captureAbove({ links }: Fields): string | undefined {
  const up = Array.isArray(links) ? links.find(link => isObject(link) && link.rel === 'up') : undefined;
  return /\/captures\/([A-Z0-9]{6,40})$/.exec(text(up, 'href') ?? '')?.[1];
}
