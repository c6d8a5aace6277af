import { dayMs, hourMs } from '../../domain/durations.ts';
import { type Html, html } from '../../runtime/http/html.ts';

const units: readonly (readonly [string, number])[] = [
  ['d', dayMs],
  ['h', hourMs],
  ['min', 60_000],
  ['s', 1_000],
];

/** `3 min`, `2 d`: in the largest unit only. */
export function span(ms: number): string {
  const [unit, size] = units.find(([, each]) => ms >= each) ?? ['s', 1_000];
  return `${Math.max(0, Math.floor(ms / size))} ${unit}`;
}

const stamp = (at: Date): string => at.toISOString().replace('T', ' ').slice(0, 19);

/** `3 min ago` or `in 3 min`; the tooltip has the exact time. */
export function relative(at: Date | null | undefined, now: Date): Html {
  if (!at) return html`<span class="faint">–</span>`;
  const ms = now.getTime() - at.getTime();
  const text = Math.abs(ms) < 1_000 ? 'now' : ms > 0 ? `${span(ms)} ago` : `in ${span(-ms)}`;
  return html`<time datetime="${at.toISOString()}" title="${stamp(at)} UTC">${text}</time>`;
}

/** How long something has lasted by now. */
export const age = (since: Date | null | undefined, now: Date): Html =>
  since
    ? html`<time datetime="${since.toISOString()}" title="since ${stamp(since)} UTC">${span(now.getTime() - since.getTime())}</time>`
    : html`<span class="faint">–</span>`;

/** `2026-03-04 17:05:09`, in UTC. */
export const moment = (at: Date | null | undefined): Html =>
  at ? html`<time datetime="${at.toISOString()}">${stamp(at)}</time>` : html`<span class="faint">–</span>`;
