/**
 * Preloaded (`--import …/shifted-date.ts?file=NAME`) into a real process to make its wall clock wrong by the number of
 * ms in that file, which may change while it runs. The monotonic clock is not changed, as when a real clock is set.
 */
import { readFileSync } from 'node:fs';

const file = new URL(import.meta.url).searchParams.get('file') ?? '';
const RealDate = Date;
let shiftMs = 0;
const look = () => {
  shiftMs = Number(readFileSync(file, 'utf8')) || 0;
};
look();
setInterval(look, 50).unref();

globalThis.Date = class extends RealDate {
  constructor(...given: [] | [string | number | Date]) {
    if (given.length === 0) super(RealDate.now() + shiftMs);
    else super(...given);
  }
  static override now(): number {
    return RealDate.now() + shiftMs;
  }
} as DateConstructor;
