import english from 'cldr-subdivisions-full/subdivisions/en/en.json' with { type: 'json' };
import { iso31662 } from 'iso-3166';
import { keysOf } from './place-names.ts';

/** A region of ISO 3166-2: `IT-MI`, and the larger one that it lies in, `IT-25`. */
type Subdivision = { readonly code: string; readonly parent: string; readonly names: readonly string[] };

const inEnglish: Readonly<Record<string, string>> = english.subdivisions.localeDisplayNames.subdivisions;

/** What sale channels call a region, beside its own name and the English one. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  'AR-C': ['Capital Federal', 'CABA'],
  'CL-RM': ['Región Metropolitana', 'Metropolitana'],
  'CO-DC': ['Bogotá', 'Bogotá D.C.'],
  'MX-CMX': ['Distrito Federal'],
};

/** Codes that ISO has withdrawn and sale channels still use. */
const formerCodes: Readonly<Record<string, string>> = { 'MX-DIF': 'MX-CMX' };

/** Its English name first: AliExpress lists most places in English. A comma parts two languages, or a name and its kind. */
function namesOf(code: string, name: string): string[] {
  const englishName = inEnglish[code.replace('-', '').toLowerCase()];
  const parts = name.includes(',') ? name.split(',') : [];
  return [...new Set([...(englishName ? [englishName] : []), name, ...parts, ...(otherNames[code] ?? [])])];
}

const subdivisions: ReadonlyMap<string, Subdivision> = new Map(
  iso31662.map(({ code, name, parent }) => [code, { code, parent, names: namesOf(code, name) }]),
);

const byCountry = Map.groupBy(subdivisions.values(), ({ code }) => code.slice(0, 2));

/** `KY` and `US-KY`. */
function withCode(country: string, text: string): Subdivision | undefined {
  const written = text.trim().toUpperCase();
  const code = written.startsWith(`${country}-`) ? written : `${country}-${written}`;
  return subdivisions.get(formerCodes[code] ?? code);
}

function withName(country: string, text: string): Subdivision[] {
  const keys = new Set(keysOf(text));
  return (byCountry.get(country) ?? []).filter(({ names }) => names.flatMap(keysOf).some(key => keys.has(key)));
}

const allNames = (regions: readonly Subdivision[]): string[] => [...new Set(regions.flatMap(({ names }) => names))];

/**
 * The names of the region of which one of the texts is the code or a name; then the names of the larger region around
 * it: Italy's provinces lie in its regions, and only one of the two kinds is in a list.
 */
export function namesOfRegion(country: string, texts: readonly string[]): string[] {
  const meant = texts.filter(Boolean).flatMap(text => withCode(country, text) ?? withName(country, text));
  const around = meant.flatMap(({ parent }) => subdivisions.get(parent) ?? []);
  return allNames([...meant, ...around]);
}

/** What a town is called in other languages, where a region is named after it: `Wien` is `Vienna`. */
export const namesOfTown = (country: string, name: string): string[] => allNames(withName(country, name));
