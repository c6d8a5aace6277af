/** Where each folder of the product stands in the picture: above all that it imports, as high as whoever imports it allows. */
import { type Graph, graphOf } from '../support/import-graph.ts';
import type { SourceFile } from '../support/tidy-rules.ts';

const product = /^(api|dashboard|domain|migrations|providers|queues|runtime|store|transactions|workers)\//;
const folderOf = (path: string): string => path.split('/')[0] ?? '';

/** `x`: the middle, in widths of a box from the left; `floor`: 0 is the lowest; `rooms`: its sub-folders. */
export type Room = {
  readonly name: string;
  readonly floor: number;
  readonly x: number;
  readonly rooms: readonly string[];
};
export type Plan = {
  readonly rooms: readonly Room[];
  readonly arrows: readonly (readonly [from: string, to: string])[];
};

export function housePlan(files: readonly SourceFile[]): Plan {
  const ours = files.filter(({ path }) => product.test(path));
  const graph = graphOf(ours, folderOf);
  const names = [...new Set([...graph.keys(), ...ours.map(({ path }) => folderOf(path))])].sort();
  const floors = new Map(names.map(name => [name, floorOf(graph, name)]));
  const arrows = arrowsOf(graph);
  const places = placesOf(arrows, floors);
  const rooms = names.map(name => ({
    name,
    floor: floors.get(name) ?? 0,
    x: places.get(name) ?? 0,
    rooms: subFolders(ours, name),
  }));
  return { rooms, arrows };
}

const targets = (graph: Graph, name: string): string[] => [...(graph.get(name) ?? [])].sort();
const sources = (graph: Graph, name: string): string[] =>
  [...graph.keys()].filter(from => graph.get(from)?.has(name)).sort();

/** How long the longest way down is, and how long the longest way up. */
const depth = (graph: Graph, name: string): number =>
  Math.max(-1, ...targets(graph, name).map(to => depth(graph, to))) + 1;
const height = (graph: Graph, name: string): number =>
  Math.max(-1, ...sources(graph, name).map(from => height(graph, from))) + 1;

/** What nobody imports stands on the top floor; the ground floor is for what imports nothing. */
function floorOf(graph: Graph, name: string): number {
  const highest = Math.max(...[...graph.keys()].map(one => depth(graph, one)));
  return targets(graph, name).length === 0 ? 0 : highest - height(graph, name);
}

/** Below the middle of those whose arrows lead to it, a width apart from its neighbours; the top floor by name. */
function placesOf(arrows: Plan['arrows'], floors: ReadonlyMap<string, number>): Map<string, number> {
  const places = new Map<string, number>();
  const above = (name: string) => arrows.filter(([, to]) => to === name).map(([from]) => places.get(from) ?? 0);
  for (let floor = Math.max(...floors.values()); floor >= 0; floor -= 1) {
    const wished = [...floors]
      .filter(([, at]) => at === floor)
      .map(([name], index) => ({ name, x: middleOf(above(name)) ?? index }))
      .sort((one, other) => one.x - other.x);
    const spread = wished.map(({ x }, index) =>
      Math.max(x, ...wished.slice(0, index).map((one, i) => one.x + index - i)),
    );
    const shift = (middleOf(wished.map(({ x }) => x)) ?? 0) - (middleOf(spread) ?? 0);
    wished.forEach(({ name }, index) => void places.set(name, (spread[index] ?? 0) + shift));
  }
  const left = Math.min(...places.values());
  return new Map([...places].map(([name, x]) => [name, x - left]));
}

const middleOf = (xs: readonly number[]): number | undefined =>
  xs.length === 0 ? undefined : xs.reduce((sum, x) => sum + x, 0) / xs.length;

/** An arrow that another way leads to as well is left out: whoever may use the one may use what is below it. */
const arrowsOf = (graph: Graph) =>
  [...graph.keys()].sort().flatMap(from =>
    targets(graph, from)
      .filter(to => !targets(graph, from).some(by => by !== to && reaches(graph, by, to)))
      .map(to => [from, to] as const),
  );

const reaches = (graph: Graph, from: string, to: string): boolean =>
  targets(graph, from).some(next => next === to || reaches(graph, next, to));

function subFolders(files: readonly SourceFile[], folder: string): string[] {
  const inside = files.map(({ path }) => path.split('/')).filter(([first, , file]) => first === folder && file);
  return [...new Set(inside.map(([, second]) => String(second)))].sort();
}
