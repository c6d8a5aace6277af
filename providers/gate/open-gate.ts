import type { RedisAddress } from '../../runtime/config.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createGate, type Gate, type GateRules } from './gate.ts';
import { openLimits } from './limit-store.ts';
import type { Board } from './trouble-board.ts';

/** A process's gate: it shares its findings through the board, and its rate limits through shared counters. */
export function openGate(options: {
  databaseUrl: string;
  redis?: RedisAddress;
  board: Board;
  log: Pick<Logger, 'info' | 'warn'>;
  rules?: Partial<GateRules>;
}): Gate {
  const { limits, close } = openLimits(options);
  const gate = createGate({ ...options, limits });
  return {
    ...gate,
    close: async () => {
      await gate.close();
      await close();
    },
  };
}
