/** `npm run docs`: draws docs/house.svg from the imports, so that the picture cannot say what the code does not. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles, top } from '../support/source-files.ts';
import { housePlan, type Plan, type Room } from './house-plan.ts';

export const pictureFile = join(top, 'docs/house.svg');

/** In pixels. */
const box = { width: 200, gap: 40, storey: 150, margin: 20, head: 24, line: 15 };
const lineMax = 32;

/** The sub-folders in lines of a box. */
function linesOf(rooms: readonly string[]): string[] {
  const lines: string[] = [];
  for (const room of rooms) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + room.length + 3 <= lineMax) lines[lines.length - 1] = `${last} · ${room}`;
    else lines.push(room);
  }
  return lines;
}

const heightOf = ({ rooms }: Room): number => box.head + linesOf(rooms).length * box.line + 8;
const middleOf = ({ x }: Room): number => Math.round(box.margin + box.width / 2 + x * (box.width + box.gap));

/** The whole text of docs/house.svg. */
export function housePicture({ rooms, arrows }: Plan = housePlan(sourceFiles())): string {
  const highest = Math.max(...rooms.map(({ floor }) => floor));
  const topOf = ({ floor }: Room): number => box.margin + (highest - floor) * box.storey;
  const named = new Map(rooms.map(room => [room.name, room]));
  const width = Math.max(...rooms.map(middleOf)) + box.width / 2 + box.margin;
  const height = Math.max(...rooms.map(room => topOf(room) + heightOf(room))) + box.margin;

  const drawBox = (room: Room): string => {
    const [x, y] = [middleOf(room), topOf(room)];
    const lines = linesOf(room.rooms).map(
      (line, index) => `<text x="${x}" y="${y + box.head + 12 + index * box.line}" class="rooms">${line}</text>`,
    );
    const frame = `<rect x="${x - box.width / 2}" y="${y}" width="${box.width}" height="${heightOf(room)}" rx="6"/>`;
    return [frame, `<text x="${x}" y="${y + 19}" class="name">${room.name}/</text>`, ...lines].join('\n');
  };
  const drawArrow = ([from, to]: readonly [string, string]): string => {
    const [above, below] = [named.get(from), named.get(to)];
    if (!above || !below) throw new Error(`an arrow from ${from} to ${to}, one of which is not drawn`);
    const [x1, y1, x2, y2] = [middleOf(above), topOf(above) + heightOf(above), middleOf(below), topOf(below) - 2];
    return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" marker-end="url(#arrow)"/>`;
  };
  return [head(width, height), ...arrows.map(drawArrow), ...rooms.map(drawBox), '</svg>', ''].join('\n');
}

const head = (
  width: number,
  height: number,
): string => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>Which folder imports which</title>
<!-- Drawn by \`npm run docs\` from the imports. -->
<style>
  text { font-family: sans-serif; text-anchor: middle; fill: #1d2733 }
  .name { font-size: 15px; font-weight: bold }
  .rooms { font-size: 11px; fill: #4a5868 }
  rect { fill: #f3f6f9; stroke: #6b7b8c }
  line { stroke: #6b7b8c; stroke-width: 1.5 }
</style>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#6b7b8c"/></marker></defs>
<rect width="${width}" height="${height}" style="fill: #fff; stroke: none"/>`;

if (import.meta.main) writeFileSync(pictureFile, housePicture());
