import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Trouble } from '../../domain/provider.ts';
import { createGate, type Gate, type GateRules } from '../../providers/gate/gate.ts';
import { createLimits } from '../../providers/gate/limits.ts';
import type { Board } from '../../providers/gate/trouble-board.ts';

export type Line = { level: 'info' | 'warn'; fields: Record<string, unknown>; text?: string };

/** A log that can be read. */
export function collectLines(lines: Line[]) {
  const note =
    (level: Line['level']) =>
    (fields: object, text?: string): void =>
      void lines.push({ level, fields: { ...fields }, ...(text === undefined ? {} : { text }) });
  return { info: note('info'), warn: note('warn') };
}

/** What would be the table, in memory. */
export function memoryBoard(): Board & { readonly troubles: ReadonlyMap<string, Trouble> } {
  const troubles = new Map<string, Trouble>();
  const keyOf = ({ provider, account, family, why }: Pick<Trouble, 'provider' | 'account' | 'family' | 'why'>) =>
    `${provider}/${account}/${family}/${why}`;
  return {
    troubles,
    load: async () => [...troubles.values()],
    post: async trouble => void troubles.set(keyOf(trouble), trouble),
    withdraw: async key => void troubles.delete(keyOf(key)),
  };
}

/** A clock that stands still until it is moved. */
export function stillClock(start = Date.now()): { now: () => number; advance(ms: number): void } {
  let at = start;
  return {
    now: () => at,
    advance: ms => {
      at += ms;
    },
  };
}

/** Counted in this process only. */
const memoryLimits = () => createLimits(({ points, seconds }) => new RateLimiterMemory({ points, duration: seconds }));

/** A gate that looks at its board when it is told to, and whose calls are made once. */
export const openTestGate = (options: {
  board?: Board;
  now?: () => number;
  lines?: Line[];
  rules?: Partial<GateRules>;
}): Gate =>
  createGate({
    board: options.board ?? memoryBoard(),
    limits: memoryLimits(),
    log: collectLines(options.lines ?? []),
    ...(options.now ? { now: options.now } : {}),
    rules: { readRetries: 0, retryFirstMs: 1, lookEveryMs: 1_000_000, ...options.rules },
  });
