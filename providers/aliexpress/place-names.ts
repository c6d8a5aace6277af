import anyAscii from 'any-ascii';

/** Words that say what a place is rather than which. */
const kindWords = new Set(
  [
    'a and d da das de del der des di do dos du e el en et i l of the und y',
    'autonoma autonomous co comunidad community county kommune lan municipality oblast prefecture principado',
    'provincia province provincie regiao region regione state estado',
  ].flatMap(words => words.split(' ')),
);

const short: Readonly<Record<string, string>> = { st: 'saint', ste: 'sainte', sankt: 'saint', mt: 'mount' };

/** `Köln`, `Koln` and `Koeln` are one town. */
const withoutUmlauts = (text: string): string => text.replace(/([aou])e/gi, '$1');

/** Word order, accents, capitals and words like `province` do not matter: `Madrid, Comunidad de` is `madrid`. */
function keyOf(text: string): string {
  const words =
    anyAscii(text.normalize('NFC'))
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  const telling = words.filter(word => !kindWords.has(word));
  return [...new Set(telling.length > 0 ? telling : words)]
    .map(word => short[word] ?? word)
    .toSorted()
    .join(' ');
}

/** All keys by which a place of that name is found, the plainest first. */
export const keysOf = (name: string): string[] =>
  [...new Set([keyOf(name), keyOf(withoutUmlauts(name))])].filter(Boolean);

/** The one among `places` that goes by one of the names, the first of which is preferred. */
export function byName<T extends Named>(places: readonly T[], names: readonly string[]): T | undefined {
  const index = indexOf(places);
  for (const key of names.flatMap(keysOf)) {
    const found = index.get(key);
    if (found !== undefined) return places[found];
  }
  return undefined;
}

type Named = { readonly name: string };
/** The position of each place in its list, by key. */
const indexes = new WeakMap<readonly Named[], ReadonlyMap<string, number>>();

/** France has 35,000 towns, so a list is indexed once. Of two places with one key the first keeps it. */
function indexOf(places: readonly Named[]): ReadonlyMap<string, number> {
  const known = indexes.get(places);
  if (known) return known;
  const entries = places.flatMap(({ name }, at) => keysOf(name).map(key => [key, at] as const));
  const index = new Map(entries.toReversed());
  indexes.set(places, index);
  return index;
}
