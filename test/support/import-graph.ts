import { dirname, join, normalize } from 'node:path/posix';
import type { SourceFile } from './tidy-rules.ts';

/** Static and dynamic imports, re-exports, imports for their side effect, and those of types alone. */
const importPattern = /(?:\bfrom|\bimport)\s*\(?\s*'(?<path>\.[^']*)'/g;

/** The files of ours that a file imports. */
export const importsOf = ({ path, text }: SourceFile): string[] =>
  [...text.matchAll(importPattern)].map(({ groups }) => normalize(join(dirname(path), groups?.path ?? '')));

export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Who imports whom, where `placeOf` says what counts as one: a file, or the room that it lies in. */
export function graphOf(files: readonly SourceFile[], placeOf: (path: string) => string): Graph {
  const graph = new Map<string, Set<string>>();
  for (const file of files) {
    const from = placeOf(file.path);
    const targets = graph.get(from) ?? new Set();
    for (const to of importsOf(file).map(placeOf)) if (to !== from) targets.add(to);
    graph.set(from, targets);
  }
  return graph;
}

/** A room is a folder's sub-folder, with all below it; a file that lies in the folder itself is a room of its own. */
export const roomOf = (path: string): string => path.split('/').slice(0, 2).join('/');

/** A way from a place back to itself for each place that has one: its places, the first of them once more at the end. */
export function circlesIn(graph: Graph): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const walk = (place: string, way: readonly string[]): void => {
    const begun = way.indexOf(place);
    if (begun >= 0) circles.push([...way.slice(begun), place]);
    if (begun >= 0 || done.has(place)) return;
    for (const next of graph.get(place) ?? []) walk(next, [...way, place]);
    done.add(place);
  };
  for (const place of graph.keys()) walk(place, []);
  return circles;
}
