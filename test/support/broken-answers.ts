/** Ways in which an answer comes other than it was: JSON patches (RFC 6902), as the sandbox's `reshape` takes them. */

export type Breakage = {
  /** `null at /lineItems/0/quantity` */
  readonly what: string;
  readonly path: string;
  readonly patch: readonly { op: 'remove' | 'replace' | 'add'; path: string; value?: unknown }[];
};

/** Every place in a document, as a JSON pointer; the document itself is `''`. */
export function placesIn(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, part]) => placesIn(part, `${at}/${key.replaceAll('/', '~1')}`))];
}

const others = [null, {}, [], 'garbage \u0000', '', -7, 1e30, '1e3', true, { value: '1', currency: 'XXX' }] as const;

/** All of them, for every place but the document itself: dropped, of another type, renamed, doubled, with more beside it. */
export function breakagesOf(document: unknown): Breakage[] {
  return placesIn(document)
    .filter(path => path !== '')
    .flatMap(path => {
      const parent = path.slice(0, path.lastIndexOf('/'));
      const isElement = /\/\d+$/.test(path);
      return [
        { what: `nothing at ${path}`, path, patch: [{ op: 'remove' as const, path }] },
        ...others.map(value => ({
          what: `${JSON.stringify(value)} at ${path}`,
          path,
          patch: [{ op: 'replace' as const, path, value }],
        })),
        ...(isElement
          ? [{ what: `one more before ${path}`, path, patch: [{ op: 'add' as const, path, value: { strange: 1 } }] }]
          : [
              {
                what: `news beside ${path}`,
                path,
                patch: [{ op: 'add' as const, path: `${parent}/brandNew`, value: [1] }],
              },
            ]),
      ];
    });
}
